import type { Home } from '../core/endpoint.ts';
import { type FieldProblem, validationError } from '../core/errors.ts';
import { dataFields, typesCovered } from '../events/contract.ts';
import type { WebhookFields } from './webhook.ts';

type Refusable = Pick<WebhookFields, 'url' | 'events' | 'filter'>;

/**
 * Throws a 400 for a URL that deliveries may not go to, and for a filter on a field that none of the events has: it would
 * never let anything through, and say nothing of it. What the body leaves out is as it was before.
 */
export async function refuseWebhook(
  { receivers }: Pick<Home, 'receivers'>,
  body: Partial<Refusable>,
  before: Pick<Refusable, 'events' | 'filter'>,
): Promise<void> {
  const refusal = body.url === undefined ? undefined : await receivers.refusalOf(body.url);
  const problems = refusal === undefined ? [] : [{ path: 'body.url', message: refusal }];
  problems.push(...unknownFields(body, before));
  if (problems.length > 0) throw validationError(problems);
}

/** Throws a 400 for a filter on a field that none of the events has, as {@link refuseWebhook} does. */
export function refuseFilter(body: Partial<Refusable>, before: Pick<Refusable, 'events' | 'filter'>): void {
  const problems = unknownFields(body, before);
  if (problems.length > 0) throw validationError(problems);
}

function unknownFields(body: Partial<Refusable>, before: Pick<Refusable, 'events' | 'filter'>): FieldProblem[] {
  if (!body.events && !body.filter) return [];
  const { events, filter } = { ...before, ...body };
  const known = dataFields(typesCovered(events));
  return Object.keys(filter)
    .filter((path) => !known.has(path))
    .map((path) =>
      body.filter
        ? { path: `body.filter.${path}`, message: 'is not a field of the data of any of these events' }
        : { path: 'body.events', message: `none has the field ${path}, which the filter names` },
    );
}
