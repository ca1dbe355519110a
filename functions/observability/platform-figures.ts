import type { Catalogue } from '../../platform/catalogue.ts';
import { onlySubject } from '../core/figures.ts';
import type { LockKind } from '../core/locks.ts';
import { version } from '../core/version.ts';
import { serviceStatuses } from '../events/contract.ts';
import { type ServiceHealth, statusAt } from '../services/contract.ts';
import { endedPrefix } from '../webhooks/contract.ts';
import { endings } from './event-reading.ts';
import { type BySubject, withKnownStages } from './known-subjects.ts';
import { counter, type Family, histogramSamples } from './prometheus-text.ts';
import { requestFamilies } from './request-families.ts';

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

/** Bounds of the histogram in ms, all of them bounds of ours: stages take seconds to hours. */
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
    ...requestFamilies(figures.requests),
    {
      name: 'omni_locks_held',
      help: 'Locks that are held, on what only one may work on at a time.',
      type: 'gauge',
      samples: [...figures.locks].map(([kind, value]) => ({ labels: { kind }, value })),
    },
  ];
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
      help: 'How long the last probe of the service took, answered or not; missing while nothing is known.',
      type: 'gauge',
      samples: services.flatMap(({ labels, status, health }) =>
        status !== 'unknown' && typeof health?.latencyMs === 'number'
          ? [{ labels, value: health.latencyMs / 1000 }]
          : [],
      ),
    },
  ];
}

function pipelineFamilies({ pipelinesRunning, pipelines, stages: measured }: PlatformFigures): Family[] {
  const stages = withKnownStages(measured);
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
