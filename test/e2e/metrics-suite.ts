import { describe, expect, it, vi } from 'vitest';
import { type Sample, samplesOf, sumOfSamples } from './prometheus-samples.ts';
import { call, ended, execute, newRepository, pipelineRequest, type Site } from './site.ts';

interface Metrics {
  requests_total: number | null;
  errors_total: number | null;
  avg_latency_ms: number | null;
  p99_latency_ms: number | null;
  pipelines_executed: number;
}

/** Requests with known answers, to functions of several domains and to none. */
const known = [
  { request: 'GET /api/v1/webhooks', labels: { method: 'GET', route: '/api/v1/webhooks', status: '200' }, count: 5 },
  {
    request: 'GET /api/v1/services/nobody',
    labels: { method: 'GET', route: '/api/v1/services/{name}', status: '404' },
    count: 3,
  },
  { request: 'POST /api/v1/webhooks', labels: { method: 'POST', route: '/api/v1/webhooks', status: '400' }, count: 2 },
  { request: 'GET /nowhere', labels: { method: 'ANY', route: 'unmatched', status: '404' }, count: 4 },
];

/**
 * What is shown of known requests, exactly; runs unchanged against both homes. It has to be the first suite of its site: it
 * counts every request that it makes, and compares that with all that was ever counted.
 */
export function describeMetrics(site: () => Site): void {
  /** How many requests were made and answered. */
  let made = 0;
  async function send<T>(request: string): Promise<T> {
    const { body } = await call<T>(site(), request, request.startsWith('POST') ? { body: {} } : {});
    made += 1;
    return body;
  }
  const readSamples = async () => samplesOf(await send<string>('GET /metrics'));
  const readService = (name: string) => send<Metrics>(`GET /api/v1/metrics/services/${name}?period=1h`);

  /** Reads are counted too, soon after, so they are far enough apart for each to be counted before the next. */
  const once = (holds: () => Promise<void>, timeout = 45_000) => vi.waitFor(holds, { timeout, interval: 3_000 });

  const expectKnown = (samples: Sample[]) => {
    for (const { request, labels, count } of known) {
      const { method, route } = labels;
      expect(sumOfSamples(samples, 'omni_http_requests_total', labels), request).toBe(count);
      expect(sumOfSamples(samples, 'omni_http_request_duration_seconds_count', { method, route }), request).toBe(count);
      const all = { method, route, le: '+Inf' };
      expect(sumOfSamples(samples, 'omni_http_request_duration_seconds_bucket', all), request).toBe(count);
    }
  };

  describe('metrics', () => {
    it('of a new site begin with nothing', async () => {
      expect(sumOfSamples(await readSamples(), 'omni_http_requests_total', {})).toBe(0);
    });

    it('for Prometheus show each route with exactly the requests and statuses that there were', async () => {
      const requests = known.flatMap(({ request, count }) => Array.from({ length: count }, () => request));
      await Promise.all(requests.map((request) => send(request)));
      await once(async () => expectKnown(await readSamples()));
    });

    it('of the orchestrator are those of all its functions together, none lost and none twice', async () => {
      await once(async () => {
        const before = made;
        const { requests_total, errors_total, avg_latency_ms, p99_latency_ms } = await readService('omni-orchestrator');
        expect([requests_total, errors_total]).toEqual([before, 0]);
        expect(avg_latency_ms).toBeGreaterThan(0);
        expect(p99_latency_ms).toBeGreaterThan(0);
      });
    });

    it('of the platform are those of the orchestrator and of all services together', { timeout: 100_000 }, async () => {
      const { services } = await send<{ services: { name: string }[] }>('GET /api/v1/services');
      const names = services.map(({ name }) => name);
      const readAll = async () => {
        const all = await Promise.all(names.map((name) => readService(name)));
        return all.reduce((sum, { requests_total }) => sum + (requests_total ?? 0), 0);
      };
      await once(async () => {
        const ofServices = await readAll();
        /** Longer is in vain: services are read once a minute, and then have done more. */
        await once(async () => {
          const before = made;
          const { requests_total } = await send<Metrics>('GET /api/v1/metrics/summary?period=1h');
          expect(requests_total).toBe(before + ofServices);
        }, 7_000);
      }, 90_000);
    });

    it('stay as they are when nothing more is asked', async () => {
      expectKnown(await readSamples());
    });

    it('count a pipeline once it has ended', { timeout: 90_000 }, async () => {
      const cancelled = async () => sumOfSamples(await readSamples(), 'omni_pipelines_total', { status: 'cancelled' });
      const [pipelines, summary] = [await cancelled(), await send<Metrics>('GET /api/v1/metrics/summary?period=1h')];
      const { pipeline_id } = await execute(site(), pipelineRequest(newRepository().url));
      await call(site(), `POST /api/v1/pipeline/${pipeline_id}/cancel`);
      expect((await ended(site(), pipeline_id)).status).toBe('cancelled');
      await once(async () => {
        expect(await cancelled()).toBe(pipelines + 1);
        const { pipelines_executed } = await send<Metrics>('GET /api/v1/metrics/summary?period=1h');
        expect(pipelines_executed).toBe(summary.pipelines_executed + 1);
      });
    });
  });
}
