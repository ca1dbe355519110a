import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { answering } from './local-receiver.ts';

const module = new URL('../../../platform/receivers/receivers.ts', import.meta.url);

/** Asks once as Node does by itself, and once as a receiver is sent to. */
const script = `
  import { get } from 'node:http';
  import { createReceivers } from '${module}';
  const [, url] = process.argv;
  await new Promise((resolve) => get(url, (response) => response.resume().on('end', resolve)));
  const allow = [{ network: '127.0.0.1', bits: 32 }];
  const receivers = createReceivers({ catalogue: { services: [] }, allow });
  console.log(JSON.stringify(await receivers.post({ url, headers: {}, body: '{}' })));
`;

it('a proxy that the environment names is not used', async () => {
  const proxied: unknown[] = [];
  const proxy = await answering((request, response) => {
    proxied.push(request.method);
    response.end('from the proxy');
  });
  const { url } = await answering((_, response) => void response.end('from the receiver'));
  const parameters = ['--no-warnings', '--input-type=module', '--eval', script, url];
  const env = {
    ...process.env,
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: proxy.url,
    http_proxy: proxy.url,
    NO_PROXY: '',
    no_proxy: '',
  };
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { env });
  expect(JSON.parse(stdout)).toMatchObject({ status: 200, body: 'from the receiver' });
  expect(proxied).toEqual(['GET']);
});
