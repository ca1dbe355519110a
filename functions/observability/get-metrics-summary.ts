import { endpoint } from '../core/endpoint.ts';
import type { Figures } from '../core/figures.ts';
import { sumOf } from '../core/figures.ts';
import { endings } from './event-reading.ts';
import { hourMs } from './figure-keys.ts';
import { loadFigures } from './load-figures.ts';
import { getMetricsSummaryContract, periods } from './metrics-contracts.ts';
import { ownTraffic, shareOf, trafficView } from './traffic.ts';

export const getMetricsSummary = endpoint(getMetricsSummaryContract, async ({ query }, { backend }) => {
  const { name, hours } = periods[query.period];
  const fromMs = backend.clock.now() - hours * hourMs;
  const kinds = ['requests', 'services', 'pipelines'] as const;
  const { requests, services, pipelines } = await loadFigures(backend, kinds, fromMs);
  const all = sumOf([ownTraffic(requests), services]);
  return { answer: 'ok', body: { period: name, ...trafficView(all), ...pipelineView(pipelines) } };
});

function pipelineView(figures: Figures) {
  const [completed = 0, failed = 0, cancelled = 0] = endings.map((ending) => figures[ending]);
  return {
    pipelines_executed: completed + failed + cancelled,
    pipelines_success_rate: shareOf(completed, completed + failed),
  };
}
