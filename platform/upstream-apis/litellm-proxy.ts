import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'litellm-proxy';

/** What the orchestrator calls of litellm-proxy. */
export const litellmProxy = {
  listModels: (): UpstreamCall<ModelList> => ({ service, method: 'GET', path: '/v1/models', schema: modelList }),
  listSpend: (): UpstreamCall<SpendLogs> => ({ service, method: 'GET', path: '/spend/logs', schema: spendLogs }),
  getGlobalSpend: (): UpstreamCall<GlobalSpend> => ({
    service,
    method: 'GET',
    path: '/global/spend',
    schema: globalSpend,
  }),
  /** Prometheus text with counters of tokens and spend. */
  getMetrics: (): UpstreamCall<string> => ({
    service,
    method: 'GET',
    path: '/metrics/',
    format: 'text',
    schema: z.string(),
  }),
};

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Money is US dollars. */
const spendLogs = z.array(
  z.object({
    request_id: z.string(),
    model: z.string(),
    spend: z.number(),
    total_tokens: z.int().min(0),
    startTime: z.string(),
  }),
);

const globalSpend = z.object({ spend: z.number(), max_budget: z.number().nullish() });

export type ModelList = z.infer<typeof modelList>;
export type SpendLogs = z.infer<typeof spendLogs>;
export type GlobalSpend = z.infer<typeof globalSpend>;
