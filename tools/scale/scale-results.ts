import { readFileSync } from 'node:fs';
import type { SharedPartition } from '../../bench/scale/measure-heat.ts';
import type { DeliveryFlow } from '../../bench/scale/simulate-deliveries.ts';
import type { PipelineLoad } from '../../bench/scale/simulate-pipelines.ts';

/** What `npm run scale` found. */
export interface ScaleResults {
  heat: SharedPartition[];
  /** Ms of a round while all services are well, and while one in fifty hangs. */
  rounds: { services: number; wellMs: number; hangingMs: number }[];
  /** Of which a round fits into the interval of probes, and into a minute, while one in fifty hangs. */
  servicesInInterval: number;
  servicesInMinute: number;
  deliveries: (DeliveryFlow & { webhooks: number; eventsPerSecond: number })[];
  pipelines: (PipelineLoad & { pipelines: number; startsPerSecond: number })[];
}

/** What the simulations assume beside the code's own rules; nothing of it was measured on AWS. */
export const scaleAssumptions = {
  round: {
    answerMs: 50,
    /** 0.26 ms of a whole core for a probe (docs/benchmarks.md) and 1 ms for a write by the SDK, at 0.29 of a core, which 512 MB give. */
    cpuMs: 4.3,
    /** What a partition of DynamoDB takes; a record is one unit. */
    writesPerSecond: 1000,
  },
  delivery: {
    /** A receiver that answers in 200 ms, nine calls of DynamoDB of 5 ms, and 15 ms of the function. */
    attemptMs: 250,
    /** Four calls of DynamoDB, one of SQS and the function. */
    lookMs: 50,
  },
} as const;

export function readScaleResults(): ScaleResults {
  return JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8')) as ScaleResults;
}
