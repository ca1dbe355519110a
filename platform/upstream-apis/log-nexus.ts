import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

/** What the orchestrator calls of log-nexus (Loki): its readiness, which is the text `ready`, or 503 with the reason. */
export const logNexus = {
  getReadiness: (): UpstreamCall<string> => ({
    service: 'log-nexus',
    method: 'GET',
    path: '/ready',
    format: 'text',
    schema: lokiReadiness,
  }),
};

const lokiReadiness = z.string().regex(/^ready\s*$/);
