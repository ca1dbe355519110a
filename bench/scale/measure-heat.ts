import { pollServices } from '../../functions/services/tasks/poll-services.ts';
import { samplePipelineRequest } from '../pipelines/sample-request.ts';
import type { CountedSite } from '../units/counted-site.ts';
import type { Heat } from '../units/heat.ts';

/** A partition that every piece of work of a kind uses, and how many units of it. */
export interface SharedPartition {
  work: 'pipeline' | 'delivery' | 'probe';
  place: string;
  partition: string;
  reads: number;
  writes: number;
}

const headers = { 'content-type': 'application/json' };

/** So often each kind of work is done: what is in none but one of them is its own. */
const repeats = 3;

/** The shared partitions of a pipeline, of a delivery of an event to one webhook among others, and of a probe. */
export async function measureHeat(site: CountedSite, services: number): Promise<SharedPartition[]> {
  const pipelines = await heatsOf(site, (number) => runPipeline(site, `heat-${number}`));
  for (let number = 0; number < repeats; number += 1) await register(site);
  const deliveries = await heatsOf(site, () => deliverToOne(site));
  await site.runTask(pollServices, {});
  const probes = await heatsOf(site, () => site.runTask(pollServices, {}));
  return [
    ...shared('pipeline', pipelines, repeats),
    ...shared('delivery', deliveries, repeats),
    ...shared('probe', probes, repeats * services),
  ];
}

async function heatsOf(site: CountedSite, work: (number: number) => Promise<unknown>): Promise<Heat[][]> {
  const heats: Heat[][] = [];
  site.takeHeat();
  for (let number = 0; number < repeats; number += 1) {
    await work(number);
    heats.push(site.takeHeat());
  }
  return heats;
}

async function runPipeline(site: CountedSite, project: string): Promise<void> {
  await site.request('executePipeline', { headers, body: jsonOf(samplePipelineRequest(project)) });
  await site.runStarted();
}

/** Each webhook once: the next one that nothing was sent to yet. */
const registered: string[] = [];

async function register(site: CountedSite): Promise<void> {
  const body = jsonOf({ url: 'https://hooks.example.com/', events: ['workflow.failed'] });
  const { answer } = await site.request('createWebhook', { headers, body });
  registered.push(JSON.parse(answer.body).id);
}

async function deliverToOne(site: CountedSite): Promise<void> {
  const id = registered.shift();
  if (id === undefined) throw new Error('There is no webhook left to deliver to.');
  await site.request('testWebhook', { parameters: { id } });
  site.takeHeat();
  await site.runStarted();
}

/** What each of the runs used, as units of one of so many pieces of work. */
export function shared(work: SharedPartition['work'], runs: readonly Heat[][], pieces: number): SharedPartition[] {
  const keyOf = ({ place, partition }: Heat) => JSON.stringify([place, partition]);
  const byKey = Map.groupBy(runs.flat(), keyOf);
  return [...byKey.values()]
    .filter((heats) => heats.length === runs.length && !isSpread(heats[0]?.partition ?? ''))
    .map((heats) => {
      const [{ place, partition }] = heats as [Heat, ...Heat[]];
      const each = (kind: 'reads' | 'writes') => heats.reduce((sum, heat) => sum + heat[kind], 0) / pieces;
      return { work, place, partition, reads: rounded(each('reads')), writes: rounded(each('writes')) };
    })
    .sort((one, other) => other.writes - one.writes || other.reads - one.reads);
}

/** Rate limits are counted for each token, and here there is but one. The inbox of figures has four partitions by chance. */
function isSpread(partition: string): boolean {
  return partition.startsWith('rate#') || partition.startsWith('inbox#');
}

function rounded(units: number): number {
  return Math.round(units * 100) / 100;
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
