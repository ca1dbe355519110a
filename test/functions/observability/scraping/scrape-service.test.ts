import { expect, it } from 'vitest';
import { scrapeService } from '../../../../functions/observability/scraping/scrape-service.ts';
import type { UpstreamRequest } from '../../../../platform/upstream/request.ts';
import { bundledCatalogue } from '../../open-home.ts';

const [row] = bundledCatalogue().services.filter(({ name }) => name === 'vector-memory');
if (!row) throw new Error('the catalogue has no vector-memory');
const service = { ...row, metrics: '/metrics?per_collection=false' };

it('a service has five seconds for its metrics, and is asked once', async () => {
  const requests: UpstreamRequest<unknown>[] = [];
  const upstream = {
    async call<Answer>(request: UpstreamRequest<Answer>) {
      requests.push(request);
      return request.schema.parse('http_requests_total 1\n');
    },
  };
  await scrapeService(service, upstream, undefined);
  expect(requests).toMatchObject([
    { service: 'vector-memory', path: service.metrics, method: 'GET', timeoutMs: 5000, triesMax: 1, format: 'text' },
  ]);
});

it('an empty answer is an exposition without metrics', async () => {
  const upstream = { call: async <Answer>({ schema }: UpstreamRequest<Answer>) => schema.parse(undefined) };
  expect(await scrapeService(service, upstream, undefined)).toMatchObject({ reading: { counts: {} } });
});

it('a fault of our own is thrown, not held against the service', async () => {
  const upstream = { call: () => Promise.reject(new TypeError('a bug')) };
  await expect(scrapeService(service, upstream, undefined)).rejects.toThrow('a bug');
});
