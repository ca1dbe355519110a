import { setTimeout as elapse } from 'node:timers/promises';
import { describe, expect, it, type TestContext, vi } from 'vitest';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';
import { type Answer, call, type ListedEvent, newRepository, type Site } from './site.ts';
import { deliveriesOf, eventOf, idOf, publishThree, register, threeTypes, typesOf, verified } from './webhook-calls.ts';
import { type Inbox, type Post, startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

/** Stand-ins that answer at once: a pipeline of one stage is over, and delivered, within some 150 ms. */
const settings = { SIMULATED_DELAY_SCALE: '0', RATE_LIMITS: 'read=5000,write=1000,pipeline_execution=100' };

/** How often, when and in the middle of what a process is killed. */
interface Plan {
  /** Of each kill, in ms after the last pipeline was answered or, where the receiver answers late, its first delivery came. */
  killMoments: number[];
  pipelinesPerRound: number;
  /** How long the receiver takes to answer. */
  answerMs: number;
}

/** Each kill meets the pipelines and their deliveries at another moment. */
const whileRunning: Plan = { killMoments: [0, 8, 16, 26, 40, 60, 90, 140], pipelinesPerRound: 3, answerMs: 0 };

/** Before and while answers come, and while what came of them is stored. */
const whileDelivering: Plan = { killMoments: [0, 20, 45, 58, 62, 70, 100], pipelinesPerRound: 2, answerMs: 60 };

/** Some 12 s on an idle machine, most of it the starts of the processes; the rest is for one that is busy. */
const timeoutMs = 90_000;

/** Longer than a process lets what is under way go on before it ends; in ms. */
const closeMs = 30_000;

const waiting = { timeout: 45_000, interval: 100 };

/** Pipelines that one kill meets, and their webhook: its own, since a process that is killed keeps its slots for 30 seconds. */
interface Round {
  inbox: Inbox;
  webhook: Awaited<ReturnType<typeof register>>;
  repositories: string[];
  /** Those that were answered 202: others need not be. */
  pipelines: string[];
  /** Once the receiver got the first delivery. */
  begun: Promise<void>;
}

async function openRound(site: Site, receiver: WebhookReceiver, { pipelinesPerRound, answerMs }: Plan): Promise<Round> {
  const repositories = Array.from({ length: pipelinesPerRound }, () => newRepository().url);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const inbox = receiver.open(async () => {
    begin();
    await elapse(answerMs);
    return { status: 200 };
  });
  const webhook = await register(site, inbox, { events: ['*'], filter: { repo_url: repositories } });
  return { inbox, webhook, repositories, pipelines: [], begun };
}

async function run(site: Site, { repositories, pipelines }: Round): Promise<void> {
  await Promise.all(repositories.map(async (url) => pipelines.push((await publishThree(site, url)).pipeline_id)));
}

async function expectAllDelivered(site: Site, rounds: Round[]): Promise<void> {
  for (const { inbox, webhook, pipelines } of rounds) {
    for (const id of pipelines) {
      await inbox.once((posts) => {
        const own = posts.filter((post) => eventOf(post).data['pipeline_id'] === id);
        expect([...new Set(typesOf(own))]).toEqual(threeTypes);
      });
    }
    await vi.waitFor(async () => {
      const deliveries = await deliveriesOf(site, webhook.path, 'limit=100');
      expect(deliveries.map(({ status }) => status)).toEqual(distinct(inbox.posts).map(() => 'delivered'));
    }, waiting);
    for (const post of inbox.posts) expect(verified(post, webhook.secret).id).toBe(idOf(post));
  }
  const pipelines = rounds.flatMap((round) => round.pipelines);
  const received = distinct(rounds.flatMap(({ inbox }) => inbox.posts));
  expect(received).toHaveLength(pipelines.length * threeTypes.length);
  await vi.waitFor(async () => expect(await publishedOf(site, pipelines)).toEqual(received), waiting);
}

/** The events, by id: each once, however often it came, if it was always the same. */
function distinct(posts: Post[]): ListedEvent[] {
  const bodies = new Set(posts.map(({ body }) => body));
  return [...bodies].map((body) => JSON.parse(body) as ListedEvent).toSorted(byId);
}

const byId = (a: ListedEvent, b: ListedEvent) => (a.id < b.id ? -1 : 1);

interface EventPage {
  events: ListedEvent[];
  next_cursor: string | null;
}

/** All events of these pipelines that the API lists, by id. */
async function publishedOf(site: Site, pipelines: string[]): Promise<ListedEvent[]> {
  const events: ListedEvent[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const { body }: Answer<EventPage> = await call(site, `GET /api/v1/events?limit=100${query}`);
    events.push(...body.events);
    cursor = body.next_cursor;
  }
  return events.filter(({ data }) => pipelines.includes(String(data['pipeline_id']))).toSorted(byId);
}

/** Gives what the receiver got, repeats included. */
async function killInRounds(test: TestContext, plan: Plan): Promise<Post[]> {
  let site: EmbeddedSite = await startEmbeddedSite({ settings });
  const receiver = await startWebhookReceiver(site.receiverAddress);
  test.onTestFinished(async () => {
    await receiver.close();
    await site.close();
  }, closeMs);
  const rounds = await Promise.all(plan.killMoments.map(() => openRound(site, receiver, plan)));
  for (const [index, round] of rounds.entries()) {
    await run(site, round);
    if (plan.answerMs > 0) await round.begun;
    await elapse(plan.killMoments[index]);
    site = await site.killed();
    test.signal.throwIfAborted();
  }
  await expectAllDelivered(site, rounds);
  return rounds.flatMap(({ inbox }) => inbox.posts);
}

describe.concurrent('killed with SIGKILL, again and again, no delivery is lost, and one that is repeated is the same', () => {
  it('while pipelines run', { timeout: timeoutMs }, async (test) => {
    await killInRounds(test, whileRunning);
  });

  it('while receivers are about to answer', { timeout: timeoutMs }, async (test) => {
    const posts = await killInRounds(test, whileDelivering);
    expect(posts.length, 'deliveries, of which some are repeated').toBeGreaterThan(distinct(posts).length);
  });
});
