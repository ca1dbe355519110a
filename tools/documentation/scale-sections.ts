import { readScaleResults } from '../scale/scale-results.ts';
import { code, markdownTable } from './markdown-table.ts';

/** What a partition of DynamoDB takes in a second, in units. */
const partitionMax = { writes: 1000, reads: 3000 };

/** The parts of docs/scale.md that `npm run scale` found. */
export function scaleSections(): Record<string, string> {
  const { heat, rounds, deliveries, pipelines, servicesInInterval, servicesInMinute } = readScaleResults();
  return {
    'scale-heat': markdownTable(
      ['Each', 'Table and index', 'Partition', 'Units read', 'Units written', 'Borne in a second'],
      heat.map(({ work, place, partition, reads, writes }) => [
        work,
        code(place),
        code(partition),
        String(reads),
        String(writes),
        whole(Math.min(partitionMax.writes / writes, partitionMax.reads / reads)),
      ]),
    ),
    'scale-rounds': [
      markdownTable(
        ['Services', 'A round while all are well', 'While one in fifty hangs'],
        rounds.map(({ services, wellMs, hangingMs }) => [whole(services), seconds(wellMs), seconds(hangingMs)]),
      ),
      `With one in fifty that hangs, a round of ${whole(servicesInInterval)} services fits into 15 s, and one of ${whole(servicesInMinute)} into a minute.`,
    ].join('\n\n'),
    'scale-deliveries': markdownTable(
      [
        'Webhooks',
        'Events a second to each',
        'Wanted a second',
        'Delivered a second',
        'Calls in vain',
        'Waiting after 20 s',
      ],
      deliveries.map((flow) => [
        whole(flow.webhooks),
        whole(flow.eventsPerSecond),
        whole(flow.webhooks * flow.eventsPerSecond),
        whole(flow.delivered),
        `${Math.round(flow.inVainShare * 100)} %`,
        whole(flow.waiting),
      ]),
    ),
    'scale-pipelines': markdownTable(
      ['Pipelines', 'Starts a second', 'Calls of stages at a time', 'Transitions a second', 'All have ended after'],
      pipelines.map((load) => [
        whole(load.pipelines),
        whole(load.startsPerSecond),
        whole(load.callsMax),
        whole(load.transitionsMax),
        `${Math.round(load.seconds / 60)} min`,
      ]),
    ),
  };
}

function whole(number: number): string {
  return Math.floor(number).toLocaleString('en-US');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
