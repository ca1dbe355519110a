import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { patientFetch } from '../../../platform/upstream/patient-fetch.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('a fetch that waits', () => {
  it('sends what it is given and hands on the answer', async () => {
    const url = await serve(async (request, response) => {
      const chunks = await request.toArray();
      response.writeHead(201, { 'x-method': request.method }).end(Buffer.concat(chunks));
    });
    const answer = await patientFetch(url, { method: 'POST', body: 'a task' });
    expect([answer.status, answer.headers.get('x-method'), await answer.text()]).toEqual([201, 'POST', 'a task']);
  });

  it('is ended by its own signal', async () => {
    const url = await serve(() => {});
    await expect(patientFetch(url, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});
