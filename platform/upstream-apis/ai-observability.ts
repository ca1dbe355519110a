import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

/** What the orchestrator calls of ai-observability (Langfuse). */
export const aiObservability = {
  getHealth: (): UpstreamCall<LangfuseHealth> => ({
    service: 'ai-observability',
    method: 'GET',
    path: '/api/public/health',
    schema: langfuseHealth,
  }),
};

const langfuseHealth = z.object({ status: z.string(), version: z.string() });

export type LangfuseHealth = z.infer<typeof langfuseHealth>;
