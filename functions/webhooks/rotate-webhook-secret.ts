import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { isoTime } from '../core/schemas.ts';
import { rotateWebhookSecretContract } from './contract.ts';
import { rotateSecret } from './secret-store.ts';
import { newSecret } from './signing-secret.ts';
import { noWebhook, webhookNamed } from './webhook-named.ts';

export const rotateWebhookSecret = endpoint(rotateWebhookSecretContract, async ({ parameters, body }, context) => {
  const { backend, log } = context;
  const { id } = await webhookNamed(backend, parameters.id);
  const made = body.secret === undefined ? newSecret() : null;
  const nowMs = backend.clock.now();
  const rotated = await rotateSecret(backend, id, body.secret ?? (made as string), nowMs);
  if (!rotated) throw noWebhook();
  if (rotated === 'refused')
    throw new ApiError('CONFLICT', { message: 'Five earlier secrets still sign. Rotate later.' });
  log.info('webhook secret rotated', { webhook_id: id });
  const untilMs = rotated.previous.find((earlier) => earlier.untilMs > nowMs)?.untilMs;
  return {
    answer: 'ok',
    body: { secret: made, previous_secrets_sign_until: untilMs === undefined ? null : isoTime(untilMs) },
  };
});
