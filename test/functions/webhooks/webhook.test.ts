import { describe, expect, it } from 'vitest';
import { newWebhook, wants, withAnnounced, withDisabled, withFields } from '../../../functions/webhooks/webhook.ts';

const fields = { url: 'https://hooks.example.com', events: ['*'], filter: {}, description: null, enabled: true };
const webhook = newWebhook('wh_1', fields, 1000);
const disabled = withDisabled(webhook, { reason: 'failing', url: fields.url, failingSinceMs: 500, nowMs: 2000 });

describe('a webhook wants', () => {
  const event = { type: 'pipeline.failed', data: { branch: 'main', error: { code: 'TIMEOUT' } } };

  it.each([
    [{}, true],
    [{ events: ['pipeline.failed'] }, true],
    [{ events: ['service.*', 'pipeline.*'] }, true],
    [{ events: ['service.*', 'pipeline.completed'] }, false],
    [{ filter: { branch: 'main', 'error.code': ['TIMEOUT', 'STAGE_FAILED'] } }, true],
    [{ filter: { branch: 'main', 'error.code': 'STAGE_FAILED' } }, false],
    [{ events: ['service.*'], filter: { branch: 'main' } }, false],
    [{ enabled: false }, false],
  ])('an event that its types and its filter let through while it is enabled: %j %s', (changes, expected) => {
    expect(wants({ ...webhook, ...changes }, event)).toBe(expected);
  });
});

describe('a webhook that is disabled by itself', () => {
  it('tells why, when, since when it had failed, and that this is to be announced', () => {
    expect(disabled).toMatchObject({
      enabled: false,
      disabledReason: 'failing',
      disabledMs: 2000,
      failingSinceMs: 500,
      updatedMs: 2000,
      isUnannounced: true,
    });
    expect(withAnnounced(disabled, 2000)).toEqual({ ...disabled, isUnannounced: false });
  });

  it('is not disabled again, nor is one that a user disabled', () => {
    const again = { reason: 'gone', url: fields.url, failingSinceMs: null, nowMs: 3000 } as const;
    expect(withDisabled(disabled, again)).toBe(disabled);
    const byUser = withFields(webhook, { enabled: false }, 1500);
    expect(withDisabled(byUser, again)).toBe(byUser);
  });

  it('is not disabled for what the receiver of an earlier URL did', () => {
    const moved = withFields(webhook, { url: 'https://hooks.example.org' }, 1500);
    expect(withDisabled(moved, { reason: 'gone', url: fields.url, failingSinceMs: null, nowMs: 3000 })).toBe(moved);
  });

  it('is not announced by who announced that it was disabled before', () => {
    expect(withAnnounced(disabled, 1999)).toBe(disabled);
    expect(withAnnounced(webhook, 2000)).toBe(webhook);
  });

  it('forgets all of it when a user enables it, and nothing when something else is changed', () => {
    expect(withFields(disabled, { description: 'x' }, 3000)).toEqual({
      ...disabled,
      description: 'x',
      updatedMs: 3000,
    });
    expect(withFields(withAnnounced(disabled, 2000), { enabled: true }, 3000)).toEqual({ ...webhook, updatedMs: 3000 });
  });
});
