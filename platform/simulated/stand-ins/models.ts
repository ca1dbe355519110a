import { codingTaskRequest } from '../../upstream-apis/ai-coder-alpha.ts';
import { solveRequest } from '../../upstream-apis/ai-coder-beta.ts';
import type { SpendLogs } from '../../upstream-apis/litellm-proxy.ts';
import { counterText } from '../metrics-text.ts';
import { isoTime, type StandIn, type World } from '../stand-in.ts';
import type { WorkRow } from '../work.ts';
import { tokensUsed } from './coding-agents.ts';

/** Stands in for LiteLLM: its tokens and spend are those of the coding work that the simulated agents accepted. */
export const litellmProxy: StandIn = {
  routes: {
    'GET /v1/models': () => ({
      body: {
        object: 'list',
        data: models.map((id) => ({ id, object: 'model', created: 1_735_689_600, owned_by: 'simulated' })),
      },
    }),
    'GET /spend/logs': (call) => ({ body: spendOf(call.world) }),
    'GET /global/spend': (call) => ({ body: { spend: total(spendOf(call.world), 'spend'), max_budget: null } }),
  },
  metrics: ({ world, startedMs }) => {
    const spend = spendOf(world, startedMs);
    return (
      counterText('litellm_total_tokens_metric_total', 'Tokens of all requests.', total(spend, 'total_tokens')) +
      counterText('litellm_spend_metric_total', 'Spend of all requests, in US dollars.', total(spend, 'spend'))
    );
  },
};

const models = ['gpt-4o', 'claude-sonnet', 'llama3.1:8b'];

/** A made-up price, of the order that such models cost. */
const dollarsPerToken = 5e-6;

/** Of all work since a time, in epoch ms; of all that ever was unless told. */
function spendOf(world: World, sinceMs = 0): SpendLogs {
  const rows = [...world.work.list('ai-coder-alpha', 'task'), ...world.work.list('ai-coder-beta', 'solve')];
  return rows
    .filter((row) => row.accepted_at >= sinceMs)
    .map((row) => {
      const total_tokens = tokensUsed(row);
      return {
        request_id: `llm-${row.number}`,
        model: modelOf(row),
        spend: total_tokens * dollarsPerToken,
        total_tokens,
        startTime: isoTime(row.accepted_at),
      };
    });
}

function modelOf(row: WorkRow): string {
  const request = row.kind === 'task' ? codingTaskRequest.parse(row.request) : solveRequest.parse(row.request);
  return request.model ?? 'gpt-4o';
}

function total(spend: SpendLogs, field: 'spend' | 'total_tokens'): number {
  return spend.reduce((sum, entry) => sum + entry[field], 0);
}
