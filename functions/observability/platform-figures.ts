import type { Catalogue } from '../../platform/catalogue.ts';
import { type Figures, onlySubject } from '../core/figures.ts';
import type { LockKind } from '../core/locks.ts';
import { limitedPrefix, statusPrefix } from '../core/request-reading.ts';
import { version } from '../core/version.ts';
import { serviceStatuses } from '../events/contract.ts';
import { type ServiceHealth, statusAt } from '../services/contract.ts';
import { endedPrefix } from '../webhooks/contract.ts';
import { endings } from './event-reading.ts';
import { type Family, histogramSamples } from './prometheus-text.ts';

/** Everything that the Prometheus text is made of, as stored. */
export interface PlatformFigures {
  catalogue: Catalogue;
  healths: ReadonlyMap<string, ServiceHealth>;
  nowMs: number;
  intervalSeconds: number;
  pipelinesRunning: number;
  locks: ReadonlyMap<LockKind, number>;
  /** All that was ever measured, by subject. */
  requests: BySubject;
  deliveries: BySubject;
  pipelines: BySubject;
  stages: BySubject;
  executions: BySubject;
}

type BySubject = ReadonlyMap<string, Figures>;

/** Bounds of histograms in ms, all of them bounds of ours: requests take milliseconds, stages seconds to hours. */
const requestBoundsMs = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];
const stageBoundsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000].map((s) => s * 1000);

/** The metrics of `GET /metrics`. Every label has a bounded set of values: names of the code or of the catalogue. */
export function families(figures: PlatformFigures): Family[] {
  return [
    {
      name: 'omni_build_info',
      help: 'The version of the orchestrator.',
      type: 'gauge',
      samples: [{ labels: { version }, value: 1 }],
    },
    ...serviceFamilies(figures),
    ...pipelineFamilies(figures),
    counter(
      'omni_workflow_executions_total',
      'Executions of workflows that ended, by how.',
      endingsOf(figures.executions),
    ),
    ...deliveryFamilies(figures),
    ...requestFamilies(figures),
    {
      name: 'omni_locks_held',
      help: 'Branches and services that something works on alone.',
      type: 'gauge',
      samples: [...figures.locks].map(([kind, value]) => ({ labels: { kind }, value })),
    },
  ];
}

function counter(name: string, help: string, samples: Family['samples']): Family {
  return { name, help, type: 'counter', samples };
}

function serviceFamilies({ catalogue, healths, nowMs, intervalSeconds }: PlatformFigures): Family[] {
  const services = catalogue.services.map(({ name, tier }) => {
    const health = healths.get(name);
    return { labels: { service: name, tier }, status: statusAt(health, nowMs, intervalSeconds), health };
  });
  return [
    {
      name: 'omni_services',
      help: 'Services of the catalogue, by status.',
      type: 'gauge',
      samples: serviceStatuses.map((status) => ({
        labels: { status },
        value: services.filter((service) => service.status === status).length,
      })),
    },
    {
      name: 'omni_service_up',
      help: '1 while the service is healthy or degraded, 0 while it is unhealthy; missing while nothing is known.',
      type: 'gauge',
      samples: services
        .filter(({ status }) => status !== 'unknown')
        .map(({ labels, status }) => ({ labels, value: status === 'unhealthy' ? 0 : 1 })),
    },
    {
      name: 'omni_service_probe_duration_seconds',
      help: 'How long the last probe of the service took.',
      type: 'gauge',
      samples: services.flatMap(({ labels, health }) =>
        typeof health?.latencyMs === 'number' ? [{ labels, value: health.latencyMs / 1000 }] : [],
      ),
    },
  ];
}

function pipelineFamilies({ pipelinesRunning, pipelines, stages }: PlatformFigures): Family[] {
  const name = 'omni_pipeline_stage_duration_seconds';
  return [
    {
      name: 'omni_pipelines_running',
      help: 'Pipelines that run now.',
      type: 'gauge',
      samples: [{ labels: {}, value: pipelinesRunning }],
    },
    counter('omni_pipelines_total', 'Pipelines that ended, by how.', endingsOf(pipelines)),
    {
      name,
      help: 'How long stages took, whether they passed their gates or not.',
      type: 'histogram',
      samples: [...stages].flatMap(([stage, own]) => histogramSamples(name, { stage }, own, stageBoundsMs)),
    },
    counter(
      'omni_pipeline_stages_total',
      'Stages that ended, by whether they passed their gates.',
      [...stages].flatMap(([stage, own]) =>
        ['completed', 'failed'].map((status) => ({ labels: { stage, status }, value: own[status] ?? 0 })),
      ),
    ),
  ];
}

function endingsOf(subjects: BySubject): Family['samples'] {
  const figures = subjects.get(onlySubject) ?? {};
  return endings.map((status) => ({ labels: { status }, value: figures[status] ?? 0 }));
}

function deliveryFamilies({ deliveries }: PlatformFigures): Family[] {
  const figures = deliveries.get(onlySubject) ?? {};
  const ended = ['delivered', 'dead_lettered', 'failed', 'cancelled'];
  return [
    counter(
      'omni_webhook_deliveries_total',
      'Deliveries to webhooks that are over, by outcome; one that is delivered anew may end again.',
      ended.map((outcome) => ({ labels: { outcome }, value: figures[`${endedPrefix}${outcome}`] ?? 0 })),
    ),
    counter(
      'omni_webhook_attempts_total',
      'Attempts at deliveries, by whether the receiver accepted.',
      ['accepted', 'failed'].map((outcome) => ({ labels: { outcome }, value: figures[`attempts_${outcome}`] ?? 0 })),
    ),
  ];
}

function requestFamilies({ requests }: PlatformFigures): Family[] {
  const name = 'omni_http_request_duration_seconds';
  const routes = [...requests].map(([subject, figures]) => {
    const [method = '', route = ''] = subject.split(' ');
    return { labels: { method, route }, figures };
  });
  return [
    counter(
      'omni_http_requests_total',
      'Requests to the API of the orchestrator that were answered.',
      routes.flatMap(({ labels, figures }) =>
        named(figures, statusPrefix).map(([status, value]) => ({ labels: { ...labels, status }, value })),
      ),
    ),
    {
      name,
      help: 'How long requests to the API of the orchestrator took.',
      type: 'histogram',
      samples: routes.flatMap(({ labels, figures }) => histogramSamples(name, labels, figures, requestBoundsMs)),
    },
    counter(
      'omni_rate_limited_requests_total',
      'Requests that were refused for their rate, by category.',
      limited(requests),
    ),
  ];
}

function limited(requests: BySubject): Family['samples'] {
  const byCategory = Map.groupBy(
    [...requests.values()].flatMap((figures) => named(figures, limitedPrefix)),
    ([category]) => category,
  );
  return [...byCategory].map(([category, all]) => ({
    labels: { category },
    value: all.reduce((sum, [, value]) => sum + value, 0),
  }));
}

/** The figures whose names begin so, by the rest of their names. */
function named(figures: Figures, prefix: string): [string, number][] {
  return Object.entries(figures).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value] as [string, number]] : [],
  );
}
