import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { getEventContract } from './contract.ts';
import { eventLog, eventView } from './event-log.ts';

export const getEvent = endpoint(getEventContract, async ({ parameters }, { backend }) => {
  const item = await backend.table('events').get({ pk: eventLog, sk: parameters.event_id });
  if (!item) throw new ApiError('NOT_FOUND', { message: 'There is no event of this id.' });
  return { answer: 'ok', body: eventView(item) };
});
