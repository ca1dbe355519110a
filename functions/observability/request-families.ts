import type { Figures } from '../core/figures.ts';
import { defaultRateLimits } from '../core/rate-limit.ts';
import { limitedPrefix, statusPrefix } from '../core/request-reading.ts';
import { type BySubject, withKnownFaults } from './known-subjects.ts';
import { counter, type Family, histogramSamples } from './prometheus-text.ts';

/** Bounds of the histogram in ms, all of them bounds of ours: requests take milliseconds, and API Gateway's longest 29 s. */
const boundsMs = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];

/** The metrics of the requests to the API. Routes are those of the contracts, so that no caller adds to them. */
export function requestFamilies(requests: BySubject): Family[] {
  const name = 'omni_http_request_duration_seconds';
  const routes = [...withKnownFaults(requests)].map(([subject, figures]) => {
    const [method = '', route = ''] = subject.split(' ');
    return { labels: { method, route }, figures };
  });
  return [
    counter(
      'omni_http_requests_total',
      'Requests to the API of the orchestrator that were answered.',
      routes.flatMap(({ labels, figures }) =>
        statusesOf(figures).map(([status, value]) => ({ labels: { ...labels, status }, value })),
      ),
    ),
    {
      name,
      help: 'How long requests to the API of the orchestrator took.',
      type: 'histogram',
      samples: routes.flatMap(({ labels, figures }) => histogramSamples(name, labels, figures, boundsMs)),
    },
    counter(
      'omni_rate_limited_requests_total',
      'Requests that were refused for their rate, by category.',
      Object.keys(defaultRateLimits).map((category) => ({
        labels: { category },
        value: [...requests.values()].reduce((sum, own) => sum + (own[`${limitedPrefix}${category}`] ?? 0), 0),
      })),
    ),
  ];
}

function statusesOf(figures: Figures): [string, number][] {
  return Object.entries(figures).flatMap(([name, value]) =>
    name.startsWith(statusPrefix) ? [[name.slice(statusPrefix.length), value] as [string, number]] : [],
  );
}
