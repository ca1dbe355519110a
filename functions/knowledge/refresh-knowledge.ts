import { UpstreamError } from '../../platform/upstream/errors.ts';
import { type EndpointContext, endpoint } from '../core/endpoint.ts';
import { ApiError, validationError } from '../core/errors.ts';
import { timeOfId } from '../core/ids.ts';
import { refreshKnowledgeContract } from './contract.ts';
import { knowledgeClient } from './knowledge-client.ts';
import { readSources } from './known-sources.ts';
import { newRefresh, type Refresh } from './refresh.ts';
import { takeKnowledge } from './refresh-lock.ts';
import { isAboutAll, isNamed, type KnownSource, planRefresh } from './refresh-plan.ts';
import type { RefreshRequest } from './refresh-schemas.ts';
import { createRefresh, findRefresh, loadRefresh } from './refresh-store.ts';
import { refreshEntryView, refreshPreview } from './refresh-view.ts';

/**
 * Every step can be done again by the same request: the knowledge layer is taken for the id, the refresh is stored under
 * it, and the execution is named by it. The sources are read first, so that a wrong name, and a knowledge layer that cannot
 * be asked, are refused before anything is stored.
 */
export const refreshKnowledge = endpoint(refreshKnowledgeContract, async ({ body }, context) => {
  const { dry_run, ...asked } = body;
  const request = { ...asked, collections: asked.collections ?? null };
  if (dry_run) {
    const plan = planRefresh(await knownSources(context, request), request);
    return { answer: 'preview', body: refreshPreview(plan) };
  }
  const { backend, log, newId } = context;
  const id = newId('ref');
  const refresh = (await findRefresh(backend, id)) ?? (await admit(context, id, request));
  if (refresh.unfinished) await backend.machine('knowledge-refresh').start(id, { refresh_id: id });
  log.info('refresh begun', { refresh_id: id });
  const location = `${refreshKnowledgeContract.path}/${id}`;
  return { answer: 'accepted', body: refreshEntryView(refresh), headers: { location } };
});

/** Takes the knowledge layer and stores the refresh, as old as its id. */
async function admit(context: EndpointContext, id: string, request: RefreshRequest): Promise<Refresh> {
  const { backend } = context;
  await knownSources(context, request);
  await takeKnowledge(backend, id, backend.clock.now());
  await createRefresh(backend, newRefresh(id, request, timeOfId(id)));
  return loadRefresh(backend, id);
}

/** So that two services, each asked twice with the longest pause, answer within the time of a request; in ms. */
const tryMs = 3_500;

/** All sources; a 400 for names that none of them has, a 503 where they cannot be read. */
async function knownSources(context: EndpointContext, request: RefreshRequest): Promise<KnownSource[]> {
  const { settings, requestId } = context;
  const timeoutMs = Math.min(tryMs, settings.upstreamTimeoutMs);
  const upstream = knowledgeClient(context, { timeoutMs, triesMax: 2, requestId });
  const known = await readSources(upstream, request.force_reingest).catch(refuseUnavailable);
  refuseUnknown(known, request);
  return known;
}

function refuseUnavailable(cause: unknown): never {
  if (!(cause instanceof UpstreamError)) throw cause;
  const { service } = cause;
  const message = `${service} cannot be asked which sources there are. Nothing was started.`;
  throw new ApiError('SERVICE_UNAVAILABLE', { message, details: { service }, cause });
}

function refuseUnknown(known: readonly KnownSource[], request: RefreshRequest): void {
  if (isAboutAll(request)) return;
  const problems = request.sources.flatMap((name, index) =>
    known.some((source) => isNamed(source, name))
      ? []
      : [{ path: `body.sources.${index}`, message: 'no source has this id or source_url' }],
  );
  if (problems.length > 0) throw validationError(problems);
}
