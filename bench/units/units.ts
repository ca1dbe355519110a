import type { Benchmark, Measure } from '../measure.ts';
import { countUnits, type UnitCounts } from './count-units.ts';
import type { Usage } from './usage.ts';

/** The goal of the design, for eight stages that each answer at once. */
const transitionsMax = 40;

/** What a pipeline of eight stages and one request of each endpoint use on AWS, counted by DynamoDB's and Step Functions' rules. */
export const units: Benchmark = {
  name: 'units',
  async run() {
    return measuresOf(await countUnits());
  },
};

function measuresOf({ requests, work, schedules }: UnitCounts): Measure[] {
  const { pipeline } = work;
  const names: [name: string, usage: Usage][] = [
    ['Poll of 37 services', work.poll],
    ['1,000 requests measured, 50 in a log batch', work.thousandRequestsMeasuredBy50],
    ['1,000 requests measured, each alone', work.thousandRequestsMeasuredAlone],
    ['Delivery of an event to a webhook', work.delivery],
    ['Execution of a workflow of three steps', work.execution],
    ['Refresh of the knowledge layer with one stale source', work.refresh],
    ['Restart that replaces a container', work.restart],
    ['Pipeline of eight stages', pipeline],
    ['Another question about a stage', work.question],
    ...Object.entries(schedules).map(([name, usage]): [string, Usage] => [`Schedule ${name}`, usage]),
    ...Object.entries(requests).map(([operationId, usage]): [string, Usage] => [`Request ${operationId}`, usage]),
  ];
  return [
    {
      name: 'Pipeline of eight stages on AWS: state transitions',
      value: String(pipeline.transitions),
      goal: `≤ ${transitionsMax}`,
      isMet: pipeline.transitions <= transitionsMax,
    },
    ...names.map(([name, usage]) => measureOf(name, usage)),
  ];
}

function measureOf(name: string, { readUnits, writeUnits, transitions }: Usage): Measure {
  const counted = transitions > 0 ? 'state transitions, DynamoDB request units' : 'DynamoDB request units';
  const units = `${readUnits} read, ${writeUnits} write`;
  return { name: `${name} on AWS: ${counted}`, value: transitions > 0 ? `${transitions}, ${units}` : units };
}
