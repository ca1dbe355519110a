import { describe, expect, it, vi } from 'vitest';
import { call, type Site } from './site.ts';

interface Config {
  revision: number;
  pending: { environment: Record<string, string | null> } | null;
  revisions: { revision: number; status: string }[];
  effective?: object | null;
  effective_error?: string | null;
}

interface ErrorBody {
  error: { code: string; details: unknown };
}

interface Events {
  events: { data: { revision: number } & Record<string, unknown> }[];
}

const service = 'financial-crm';
const path = `/api/v1/config/services/${service}`;

/** Configuration of services as it is seen from outside; runs unchanged against both homes. */
export function describeConfiguration(site: () => Site): void {
  const read = () => call<Config>(site(), `GET ${path}`);
  const patch = (body: unknown, headers = {}) => call<Config & ErrorBody>(site(), `PATCH ${path}`, { body, headers });
  const unique = () => `NAME_${crypto.randomUUID().replaceAll('-', '')}`;

  describe('configuration of services', () => {
    it('is pending under a new revision, which the next change can name', async () => {
      const before = await read();
      const [name, other] = [unique(), unique()];
      const first = await patch({ environment: { [name]: '1' } }, { 'if-match': before.headers.get('etag') ?? '' });
      expect([first.status, first.body.revision]).toEqual([200, before.body.revision + 1]);
      const second = await patch({ environment: { [other]: '2' } }, { 'if-match': first.headers.get('etag') ?? '' });
      expect([second.status, second.body.revision]).toEqual([200, before.body.revision + 2]);
      const { headers, body } = await read();
      expect(headers.get('etag')).toBe(second.headers.get('etag'));
      expect(body.pending?.environment).toMatchObject({ [name]: '1', [other]: '2' });
      expect(body.revisions[0]).toMatchObject({ revision: body.revision, status: 'pending' });
      expect(body.effective === null).toBe(typeof body.effective_error === 'string');
    });

    it('is refused with 412 under an older revision, and with 400 and the path of what is wrong', async () => {
      await patch({ environment: { [unique()]: '1' } });
      const { headers, body } = await read();
      const late = await patch({ environment: { LATE: '1' } }, { 'if-match': `"${body.revision - 1}"` });
      expect([late.status, late.body.error.code]).toEqual([412, 'PRECONDITION_FAILED']);
      expect(late.body.error.details).toEqual({ revision: body.revision });
      const wrong = await patch({ resources: { memory_limit: 'much' } });
      expect(wrong.status).toBe(400);
      expect(wrong.body.error.details).toMatchObject([{ path: 'body.resources.memory_limit' }]);
      expect((await read()).headers.get('etag')).toBe(headers.get('etag'));
    });

    it('shows no secret, and does not take the mask for one', async () => {
      const name = `${unique()}_TOKEN`;
      const { status, body } = await patch({ environment: { [name]: 's3cret' } });
      expect([status, body.pending?.environment[name]]).toEqual([200, '***']);
      const { body: shown } = await read();
      expect(JSON.stringify(shown)).not.toContain('s3cret');
      const sentBack = await patch({ environment: shown.pending?.environment });
      expect([sentBack.status, sentBack.body.error.details]).toMatchObject([
        400,
        [{ path: `body.environment.${name}` }],
      ]);
    });

    it('announces each change, without its values', async () => {
      const name = unique();
      const { body } = await patch({ environment: { [name]: 'a-value-of-its-own' } });
      await vi.waitFor(
        async () => {
          const list = `GET /api/v1/events?type=service.config.changed&service=${service}`;
          const { events } = (await call<Events>(site(), list)).body;
          const mine = events.filter(({ data }) => data.revision === body.revision);
          expect(mine.map(({ data }) => data)).toEqual([
            { service, revision: body.revision, environment: [name], resources: [] },
          ]);
          expect(JSON.stringify(events)).not.toContain('a-value-of-its-own');
        },
        { timeout: 30_000, interval: 150 },
      );
    });

    it("stands in the platform's configuration", async () => {
      const { body } = await patch({ environment: { [unique()]: '1' } });
      const { services } = (await call<{ services: object[] }>(site(), 'GET /api/v1/config')).body;
      expect(services).toContainEqual(
        expect.objectContaining({ name: service, revision: body.revision, has_pending_changes: true }),
      );
    });
  });
}
