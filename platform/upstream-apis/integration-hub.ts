import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

/** What the orchestrator calls of integration-hub: telling it what happened, for it to pass on. */
export const integrationHub = {
  sendEvent: (body: HubEventRequest): UpstreamCall<HubEventAccepted> => ({
    service: 'integration-hub',
    method: 'POST',
    path: '/api/v1/events',
    body,
    schema: hubEventAccepted,
  }),
};

export const hubEventRequest = z.object({
  type: z.string().min(1),
  source: z.string().min(1),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const hubEventAccepted = z.object({ id: z.string().min(1) });

export type HubEventRequest = z.infer<typeof hubEventRequest>;
export type HubEventAccepted = z.infer<typeof hubEventAccepted>;
