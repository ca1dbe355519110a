import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Backend } from '../../../backend/backend.ts';
import {
  beginApplying,
  type ConfigChange,
  leavePending,
  loadServiceConfig,
  markApplied,
  markFailed,
} from '../../../functions/config/contract.ts';
import { announceConfigChanges } from '../../../functions/config/tasks/announce-config-changes.ts';
import { updateServiceConfig } from '../../../functions/config/update-service-config.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';
import { expectAsKnown, folded, isNews, type KnownChange } from './known-configuration.ts';

let home: TestHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());

/** One configuration, what is known of it, and the restart that asked last. */
interface Life {
  service: string;
  known: KnownChange[];
  operation: number;
}

const change: fc.Arbitrary<ConfigChange> = fc
  .record({
    environment: fc.dictionary(
      fc.constantFrom('MODEL', 'API_KEY', 'MAX_TOKENS'),
      fc.option(fc.constantFrom('a', 'b', 'c')),
    ),
    resources: fc.record(
      { memory_limit: fc.option(fc.constantFrom('512m', '4g')), cpu_limit: fc.constantFrom('0.5', '2.0') },
      { requiredKeys: [] },
    ),
  })
  .map(({ environment, resources }) => ({
    environment: {
      ...environment,
      ...('API_KEY' in environment ? { API_KEY: `s3cret-${environment['API_KEY']}` } : {}),
    },
    resources,
  }))
  .filter(({ environment, resources }) => Object.keys({ ...environment, ...resources }).length > 0);

/** The process dies at its next write but so many, and nobody learns whether that happened; undefined: it lives. */
type Fate = { writes: number; isAnswerLost: boolean } | undefined;
const fate = fc.option(fc.record({ writes: fc.nat({ max: 4 }), isAnswerLost: fc.boolean() }), { nil: undefined });

type Step =
  | { act: 'patch'; change: ConfigChange; fate: Fate }
  | { act: 'begin'; isRepeated: boolean; fate: Fate }
  | { act: 'applied' | 'failed' | 'left'; isStale: boolean; fate: Fate };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant('patch' as const), change, fate }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('begin' as const), isRepeated: fc.boolean(), fate }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constantFrom('applied' as const, 'failed' as const, 'left' as const),
      isStale: fc.boolean(),
      fate,
    }),
  },
);

/** Whether the process lived until the end of what it did. */
async function survives(act: (backend: Backend) => Promise<unknown>, whose: Fate): Promise<boolean> {
  try {
    await act(whose ? dyingBackend(home.backend, whose.writes, whose.isAnswerLost) : home.backend);
    return true;
  } catch (error) {
    if (error instanceof Death) return false;
    throw error;
  }
}

async function patch({ service, known }: Life, { change: body, fate: whose }: Step & { act: 'patch' }) {
  const catalogue = { services: [{ name: service }] } as unknown as TestHome['catalogue'];
  const input = { parameters: { name: service }, query: undefined, headers: {}, body };
  const call = {
    requestId: 'req_1',
    principal: 'tester',
    basePath: '',
    rawBody: new Uint8Array(),
    newId: () => 'none',
  };
  const handle = (backend: Backend) => updateServiceConfig.handle(input, { ...home, ...call, backend, catalogue });
  const before = known.length;
  const expected = before + (isNews(known, body) ? 1 : 0);
  const isDone = await survives(handle, whose);
  const { revision } = await loadServiceConfig(home.backend, service);
  expect(isDone ? [expected] : [before, expected]).toContain(revision);
  if (revision > before) known.push({ revision, change: body, status: 'pending' });
}

const operationOf = (life: Life) => `op_${life.service}_${life.operation}`;

async function begin(life: Life, { isRepeated, fate: whose }: Step & { act: 'begin' }) {
  if (!isRepeated || life.operation === 0) {
    life.operation += 1;
    for (const one of life.known) if (one.status === 'pending') one.operation = operationOf(life);
  }
  const ask = (backend: Backend) => beginApplying(backend, life.service, operationOf(life));
  await survives(ask, whose);
  const answer = await ask(home.backend);
  const taken = life.known.filter(({ operation }) => operation === operationOf(life));
  const isApplying = (one: KnownChange) =>
    one.status === 'applied' || (one.status === 'pending' && taken.includes(one));
  expect(answer).toEqual({ revision: taken.at(-1)?.revision ?? null, desired: folded(life.known.filter(isApplying)) });
}

async function settle(life: Life, { act, isStale, fate: whose }: Step & { act: 'applied' | 'failed' | 'left' }) {
  const id = isStale ? 'op_of_another_time' : operationOf(life);
  const nowMs = home.clock.now();
  const marks = {
    applied: (backend: Backend) => markApplied(backend, life.service, id, nowMs),
    failed: (backend: Backend) => markFailed(backend, life.service, id, 'It was not healthy in time.', nowMs),
    left: (backend: Backend) => leavePending(backend, life.service, id),
  };
  await survives(marks[act], whose);
  await marks[act](home.backend);
  for (const one of life.known) {
    if (one.status !== 'pending' || one.operation !== id) continue;
    if (act === 'left') delete one.operation;
    else one.status = act;
  }
}

/** Whatever was cut short, in the end each change has been announced, as one event, and nothing is left to announce. */
async function expectAnnounced({ known }: Life): Promise<void> {
  await announceConfigChanges.run({}, home);
  const events = new Map(home.published.map((event) => [event.id, event.data]));
  const announced = [...events.values()].sort((one, other) => Number(one['revision']) - Number(other['revision']));
  const expected = known.map(({ revision, change: { environment, resources } }) => ({
    revision,
    environment: Object.keys(environment),
    resources: Object.keys(resources),
  }));
  expect(announced).toMatchObject(expected);
  expect(announced).toHaveLength(expected.length);
  expect(JSON.stringify([home.published, home.logLines])).not.toContain('s3cret');
  expect(await announceConfigChanges.run({}, home)).toEqual({ announced: 0 });
}

let lives = 0;

it('whatever is changed, applied, failed and cut short: nothing is lost, tried twice or announced wrongly', async () => {
  const acts = { patch, begin, applied: settle, failed: settle, left: settle };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 45 }), async (steps) => {
      lives += 1;
      const life: Life = { service: `service-${lives}`, known: [], operation: 0 };
      home.published.length = 0;
      for (const each of steps) {
        home.clock.advance(1_000);
        await acts[each.act](life, each as never);
        expectAsKnown(await loadServiceConfig(home.backend, life.service), life.known);
      }
      await expectAnnounced(life);
    }),
    { numRuns: 150 },
  );
});
