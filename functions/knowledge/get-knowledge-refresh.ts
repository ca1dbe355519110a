import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { getKnowledgeRefreshContract } from './contract.ts';
import { findRefresh } from './refresh-store.ts';
import { refreshDetailView } from './refresh-view.ts';
import { loadSources } from './source-run-store.ts';

export const getKnowledgeRefresh = endpoint(getKnowledgeRefreshContract, async ({ parameters }, { backend }) => {
  const refresh = await findRefresh(backend, parameters.refresh_id);
  if (!refresh) throw new ApiError('NOT_FOUND', { message: 'There is no refresh of this id.' });
  const sources = await loadSources(backend, refresh.id, refresh.plan);
  return { answer: 'ok', body: refreshDetailView(refresh, sources) };
});
