import { afterEach, beforeEach, expect, it } from 'vitest';
import { answered, openWebhookApi, soon, url, type WebhookApi } from './webhook-api.ts';

let api: WebhookApi;
beforeEach(async () => {
  api = await openWebhookApi({ LOG_LEVEL: 'DEBUG' });
});
afterEach(() => api.close());

/** Does all that can be done with a webhook and gives every answer but those that show a secret on purpose. */
async function lifeOf(id: string): Promise<string> {
  const path = `/api/v1/webhooks/${id}`;
  const texts: string[] = [];
  const send = async (method: string, below: string, body?: unknown) => {
    const answer = await api.send(method, path + below, { body });
    texts.push(JSON.stringify([...answer.headers]), answer.text);
    return answer;
  };
  const { body: delivery } = await send('POST', '/test');
  const read = () => send('GET', `/deliveries/${delivery.id}`);
  await expect.poll(async () => (await read()).body.finished_at, soon).not.toBeNull();
  await send('POST', `/deliveries/${delivery.id}/redeliver`);
  await expect.poll(async () => (await read()).body.attempts_total, soon).toBe(2);
  await send('GET', '/deliveries');
  await send('PATCH', '', { description: 'x' });
  await send('GET', '');
  texts.push((await api.send('GET', '/api/v1/webhooks')).text);
  api.receiver.answer = () => answered(410);
  await send('POST', '/test');
  await expect.poll(() => api.home.published.length, soon).toBe(1);
  await send('DELETE', '');
  await send('GET', '');
  return texts.join('\n');
}

it.each([
  ['made', undefined, undefined],
  ['brought', 'the-first-signing-secret', 'the-second-signing-secret'],
])('a secret that was %s is in no other answer, no line of the log and no event', async (_, first, second) => {
  const { id, secret = first } = await api.register(first ? { secret: first } : {});
  const rotated = await api.send('POST', `/api/v1/webhooks/${id}/rotate-secret`, {
    body: second && { secret: second },
  });
  const secrets: string[] = [first ?? secret, second ?? rotated.body.secret];
  const seen = JSON.stringify([await lifeOf(id), api.home.logLines, api.home.published, api.receiver.posts]);
  expect(secrets.filter((each) => each.length < 16)).toEqual([]);
  for (const each of secrets) expect(seen).not.toContain(each.replace('whsec_', ''));
  expect(api.home.logLines.length).toBeGreaterThan(3);
});

it('a secret is not in the refusal of a request that brings it, nor in the log', async () => {
  const secret = 'the-first-signing-secret';
  for (const wrong of [
    { url: 5 },
    { secret: `whsec_${secret}` },
    { secret: secret.repeat(20) },
    { url: 'http://10.1.1.1' },
  ]) {
    const answer = await api.send('POST', '/api/v1/webhooks', { body: { url, events: ['*'], secret, ...wrong } });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(secret);
  }
  expect(JSON.stringify(api.home.logLines)).not.toContain(secret);
});
