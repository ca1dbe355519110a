import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { call, newRepository, type Site } from './site.ts';
import {
  type DeliveryAnswer,
  deliveriesOf,
  deliveryOnce,
  eventOf,
  idOf,
  publishThree,
  registerFor,
  sendTest,
  threeTypes,
  typesOf,
  verified,
  type WebhookAnswer,
} from './webhook-calls.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

interface ErrorBody {
  error: { code: string; details?: { path: string; message: string }[] };
}

/** Addresses that no receiver may have, in the notations by which one might slip through; 127.0.0.2 is never allowed. */
const refusedUrls = [
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
  'http://2852039166/',
  'http://127.0.0.2/',
  'http://2130706434/',
  'http://0x7f.2/',
  'http://0177.0.0.2/',
  'http://127.2/',
  'http://[::1]/',
  'http://[::ffff:7f00:2]/',
  'http://[64:ff9b::7f00:2]/',
  'http://0.0.0.0/',
  'ftp://hooks.example.com/',
  'http://user:password@hooks.example.com/',
];

/** Refused where not even 127.0.0.1 may be sent to, as on AWS. */
const loopbackUrls = ['http://127.0.0.1/', 'http://2130706433/', 'http://127.1/', 'http://localhost/'];

const waiting = { timeout: 45_000, interval: 100 };

/** Webhooks as their receivers and their owners see them; runs unchanged against both homes. */
export function describeWebhooks(site: () => Site): void {
  describe.concurrent('webhooks', { timeout: 90_000 }, () => {
    let receiver: WebhookReceiver;
    beforeAll(async () => {
      receiver = await startWebhookReceiver(site().receiverAddress);
    });
    afterAll(() => receiver.close());

    it.for([
      ['of their own', { secret: 'a text that the receiver knows' }],
      ['that was made', {}],
    ] as const)(
      'with a secret %s get each event of a pipeline once: genuine, numbered, and as the API shows it',
      async ([, secret], test) => {
        const { url: repo_url } = newRepository();
        const inbox = receiver.open();
        const webhook = await registerFor(test, site(), inbox, { filter: { repo_url }, ...secret });
        await publishThree(site(), repo_url);
        const posts = await inbox.once((all) => expect(typesOf(all)).toEqual(threeTypes));
        const events = posts.map((post) => verified(post, webhook.secret)).toSorted((a, b) => a.sequence - b.sequence);
        expect(events.map(({ type, sequence }) => [type, sequence])).toEqual([
          ['pipeline.started', 1],
          ['pipeline.stage.completed', 2],
          ['pipeline.completed', 3],
        ]);
        expect(posts.map(idOf)).toEqual(posts.map((post) => eventOf(post).id));
        for (const post of posts) {
          await vi.waitFor(async () => {
            const { body } = await call(site(), `GET /api/v1/events/${idOf(post)}`);
            expect(body).toEqual(eventOf(post));
          }, waiting);
        }
        await vi.waitFor(async () => {
          const deliveries = await deliveriesOf(site(), webhook.path);
          expect(deliveries.map(({ status, attempts_total }) => [status, attempts_total])).toEqual(
            threeTypes.map(() => ['delivered', 1]),
          );
        }, waiting);
        expect(new Set(posts.map(idOf)).size).toBe(posts.length);
        expect(() => verified(posts[0] as never, 'another secret of 16')).toThrow();
      },
    );

    it('get the events that their patterns name and their filter lets through, and while they are disabled none', async (test) => {
      const { url: repo_url } = newRepository();
      const [all, completed, stages, disabled] = [receiver.open(), receiver.open(), receiver.open(), receiver.open()];
      await registerFor(test, site(), all, { events: ['*'], filter: { repo_url } });
      const narrow = await registerFor(test, site(), completed, {
        events: ['pipeline.completed', 'pipeline.failed'],
        filter: { repo_url, branch: ['release', 'hotfix'], iteration: 1 },
      });
      await registerFor(test, site(), stages, { events: ['pipeline.stage.*'], filter: { repo_url } });
      await registerFor(test, site(), disabled, { filter: { repo_url }, enabled: false });
      for (const branch of ['release', 'other']) await publishThree(site(), repo_url, branch);

      await all.once((posts) => expect(typesOf(posts)).toEqual([...threeTypes, ...threeTypes].toSorted()));
      await stages.once((posts) => expect(posts).toHaveLength(2));
      const [only] = await completed.once((posts) => expect(posts).toHaveLength(1));
      expect(eventOf(only as never)).toMatchObject({ type: 'pipeline.completed', data: { branch: 'release' } });
      expect(await deliveriesOf(site(), narrow.path)).toHaveLength(1);
      expect(typesOf(stages.posts)).toEqual(['pipeline.stage.completed', 'pipeline.stage.completed']);
      expect(disabled.posts).toEqual([]);
    });

    it('whose receiver fails twice get the event by the third try, the same one under the same id', async (test) => {
      const { url: repo_url } = newRepository();
      const inbox = receiver.open((nth) => ({ status: nth < 3 ? 503 : 204 }));
      const webhook = await registerFor(test, site(), inbox, { events: ['pipeline.started'], filter: { repo_url } });
      await publishThree(site(), repo_url);
      const { attempts, event_id } = await deliveryOnce(site(), webhook.path, { status: 'delivered' });
      expect(attempts.map(({ status }) => status)).toEqual([503, 503, 204]);
      expect(inbox.posts.map(idOf)).toEqual([event_id, event_id, event_id]);
      expect(new Set(inbox.posts.map(({ body }) => body)).size).toBe(1);
      for (const post of inbox.posts) expect(verified(post, webhook.secret).type).toBe('pipeline.started');
      const [first, second, third] = inbox.posts.map(({ atMs }) => atMs) as [number, number, number];
      expect([second - first, third - second].every((pauseMs) => pauseMs >= 900)).toBe(true);
    });

    it('whose receiver always fails have a dead letter, and get the event anew once it is mended', async (test) => {
      const { url: repo_url } = newRepository();
      const inbox = receiver.open(() => ({ status: 500 }));
      const webhook = await registerFor(test, site(), inbox, { events: ['pipeline.started'], filter: { repo_url } });
      await publishThree(site(), repo_url);
      const dead = await deliveryOnce(site(), webhook.path, { status: 'dead_lettered', attempts_total: 3 });
      expect(await deliveriesOf(site(), webhook.path, 'status=dead_lettered')).toEqual([dead]);
      inbox.script = () => ({ status: 200 });
      const again = await call<DeliveryAnswer>(site(), `POST ${webhook.path}/deliveries/${dead.id}/redeliver`);
      expect([again.status, again.body.id]).toEqual([202, dead.id]);
      await deliveryOnce(site(), webhook.path, { id: dead.id, status: 'delivered', attempts_total: 4 });
      expect(inbox.posts.map(idOf)).toEqual(Array.from({ length: 4 }, () => dead.event_id));
      expect(new Set(inbox.posts.map(({ body }) => body)).size).toBe(1);
    });

    it('whose receiver answers 410 are disabled, which others are told, until they are enabled again', async (test) => {
      const { url: repo_url } = newRepository();
      const [gone, watcher] = [receiver.open(() => ({ status: 410 })), receiver.open()];
      const webhook = await registerFor(test, site(), gone, { events: ['pipeline.started'], filter: { repo_url } });
      const filter = { webhook_id: webhook.id };
      await registerFor(test, site(), watcher, { events: ['webhook.disabled'], filter });
      await publishThree(site(), repo_url);
      const [told] = await watcher.once((posts) => expect(posts).toHaveLength(1));
      expect(eventOf(told as never).data).toEqual({ ...filter, reason: 'gone', failing_since: null });
      await deliveryOnce(site(), webhook.path, { status: 'failed', attempts_total: 1 });
      const shown = await call<WebhookAnswer>(site(), `GET ${webhook.path}`);
      expect(shown.body).toMatchObject({ enabled: false, disabled_reason: 'gone' });
      expect((await call(site(), `POST ${webhook.path}/test`)).status).toBe(409);

      gone.script = () => ({ status: 200 });
      const enabled = await call<WebhookAnswer>(site(), `PATCH ${webhook.path}`, { body: { enabled: true } });
      expect([enabled.status, enabled.body]).toMatchObject([200, { enabled: true, disabled_reason: null }]);
      await sendTest(site(), webhook.path);
      await gone.once((posts) => expect(posts).toHaveLength(2));
    });

    it('get test events that say so, once, whatever comes of them', async (test) => {
      const inbox = receiver.open((nth) => ({ status: nth === 1 ? 200 : 500 }));
      const webhook = await registerFor(test, site(), inbox);
      await sendTest(site(), webhook.path);
      await deliveryOnce(site(), webhook.path, { status: 'delivered', test: true });
      await sendTest(site(), webhook.path, { type: 'pipeline.failed' });
      await vi.waitFor(async () => {
        const deliveries = await deliveriesOf(site(), webhook.path);
        const failed = deliveries.find(({ event_type }) => event_type === 'pipeline.failed');
        expect(failed).toMatchObject({ status: 'failed', test: true, attempts_total: 1 });
      }, waiting);
      const events = inbox.posts.map((post) => verified(post, webhook.secret));
      expect(events.map(({ type, test: isTest }) => [type, isTest])).toEqual([
        ['pipeline.started', true],
        ['pipeline.failed', true],
      ]);
    });

    it('are signed with both secrets after a rotation', async (test) => {
      const inbox = receiver.open();
      const webhook = await registerFor(test, site(), inbox);
      const { body } = await call<{ secret: string }>(site(), `POST ${webhook.path}/rotate-secret`);
      expect(body.secret).toMatch(/^whsec_/);
      expect(body.secret).not.toBe(webhook.secret);
      await sendTest(site(), webhook.path);
      const [post] = await inbox.once((posts) => expect(posts).toHaveLength(1));
      for (const secret of [webhook.secret, body.secret]) expect(verified(post as never, secret).test).toBe(true);
    });

    it('do not wait for a receiver of another that hangs', async (test) => {
      const { url: repo_url } = newRepository();
      const [hanging, good] = [receiver.open(() => 'hangs'), receiver.open()];
      const stuck = await registerFor(test, site(), hanging, { filter: { repo_url } });
      await registerFor(test, site(), good, { filter: { repo_url } });
      for (let sent = 0; sent < 3; sent += 1) await sendTest(site(), stuck.path);
      const [first] = await hanging.once((posts) => expect(posts).toHaveLength(3));
      await publishThree(site(), repo_url);
      await good.once((posts) => expect(typesOf(posts)).toEqual(threeTypes));
      const waits = await deliveriesOf(site(), stuck.path);
      const answered = waits.filter(
        ({ event_id, attempts_total }) => event_id === idOf(first as never) && attempts_total > 0,
      );
      expect(answered).toEqual([]);
    });

    it('for addresses that no receiver may have are refused, in any notation', async () => {
      const isLoopbackAllowed = site().receiverAddress === '127.0.0.1';
      for (const url of [...refusedUrls, ...(isLoopbackAllowed ? [] : loopbackUrls)]) {
        const answer = await call<ErrorBody>(site(), 'POST /api/v1/webhooks', { body: { url, events: ['*'] } });
        expect([answer.status, answer.body.error?.details?.[0]?.path], url).toEqual([400, 'body.url']);
      }
    });

    it('cannot be changed to an address that is refused', async (test) => {
      const webhook = await registerFor(test, site(), receiver.open());
      const changed = await call<ErrorBody>(site(), `PATCH ${webhook.path}`, { body: { url: refusedUrls[0] } });
      expect([changed.status, changed.body.error.details?.[0]?.path]).toEqual([400, 'body.url']);
    });

    it.for([302, 307])('do not follow a redirect to loopback by %i', async (status, test) => {
      const trap = await startWebhookReceiver('127.0.0.1');
      test.onTestFinished(() => trap.close());
      const never = trap.open();
      const inbox = receiver.open(() => ({ status, headers: { location: never.url } }));
      const webhook = await registerFor(test, site(), inbox);
      await sendTest(site(), webhook.path);
      const { attempts } = await deliveryOnce(site(), webhook.path, { status: 'failed' });
      expect(attempts).toMatchObject([{ status, error: null }]);
      expect(never.posts).toEqual([]);
    });

    it('get nothing more once they are deleted', async (test) => {
      const { url: repo_url } = newRepository();
      const later = (seconds: string) => (nth: number) =>
        nth === 1 ? { status: 503, headers: { 'retry-after': seconds } } : { status: 200 };
      const [deleted, witness] = [receiver.open(later('3')), receiver.open(later('4'))];
      const webhook = await registerFor(test, site(), deleted, { events: ['pipeline.started'], filter: { repo_url } });
      await registerFor(test, site(), witness, { events: ['pipeline.started'], filter: { repo_url } });
      await publishThree(site(), repo_url);
      await deliveryOnce(site(), webhook.path, { status: 'pending', attempts_total: 1 });
      expect((await call(site(), `DELETE ${webhook.path}`)).status).toBe(204);
      await publishThree(site(), repo_url, 'other');
      await witness.once((posts) => expect(posts).toHaveLength(3));
      expect(deleted.posts).toHaveLength(1);
      for (const path of [webhook.path, `${webhook.path}/deliveries`]) {
        expect((await call(site(), `GET ${path}`)).status).toBe(404);
      }
    });

    it('show their secret in no answer but the one that made it', async (test) => {
      const own = `own-secret-${crypto.randomUUID()}`;
      const inbox = receiver.open();
      const [given, made] = [
        await registerFor(test, site(), inbox, { secret: own }),
        await registerFor(test, site(), inbox, { enabled: true }),
      ];
      expect([given.shown.secret, made.shown.secret]).toEqual([null, expect.stringMatching(/^whsec_/)]);
      const next = `own-secret-${crypto.randomUUID()}`;
      const answers: unknown[] = [given.shown];
      const ask = async (request: string, body?: unknown) => answers.push((await call(site(), request, { body })).body);
      for (const { path } of [given, made]) {
        const { id } = await sendTest(site(), path);
        await inbox.once((posts) => expect(posts.length).toBeGreaterThan(0));
        await ask(`GET ${path}`);
        await ask(`PATCH ${path}`, { description: 'changed' });
        await ask(`POST ${path}/rotate-secret`, { secret: next });
        await ask(`GET ${path}/deliveries`);
        await ask(`GET ${path}/deliveries/${id}`);
        await ask(`POST ${path}/test`);
        await ask(`POST ${path}/deliveries/${id}/redeliver`);
      }
      await ask('GET /api/v1/webhooks?limit=100');
      await ask('GET /api/v1/events?limit=100');
      const shown = JSON.stringify(answers);
      expect(shown).toContain(given.id);
      for (const secret of [own, next, made.secret]) expect(shown).not.toContain(secret);
    });
  });
}
