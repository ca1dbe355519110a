import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requestListener } from '../../../bin/embedded/http-server.ts';
import { onceReady } from '../../../bin/embedded/once-ready.ts';
import { getOpenapi } from '../../../functions/documentation/get-openapi.ts';
import { executePipeline } from '../../../functions/pipelines/execute-pipeline.ts';
import { openHome, type TestHome, token } from '../../functions/open-home.ts';

let home: TestHome;
let server: Server;
let ready: PromiseWithResolvers<ReturnType<typeof requestListener>>;
let port: number;
beforeEach(async () => {
  home = await openHome();
  ready = Promise.withResolvers();
  server = createServer(onceReady(ready.promise)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await home.close();
});

const open = () => {
  const endpoints = [getOpenapi, executePipeline].map((endpoint) => ({ ...endpoint, home }));
  ready.resolve(requestListener({ endpoints, home, objects: home.objects, basePath: '' }));
};

/** Sends a request whose body stays unfinished, and waits until the server has its head. */
async function sendHalf() {
  const socket = connect(port, '127.0.0.1');
  const arrived = once(server, 'request');
  socket.write(
    `POST /api/v1/pipeline/execute HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"task": ',
  );
  const [request] = (await arrived) as [IncomingMessage];
  return { socket, request };
}

describe('a request that comes before the site is open', () => {
  it('is answered once it is', async () => {
    const arrived = once(server, 'request');
    const answer = fetch(`http://127.0.0.1:${port}/openapi.json`);
    await arrived;
    open();
    expect((await answer).status).toBe(200);
  });

  it('is answered with its body read', async () => {
    const arrived = once(server, 'request');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = fetch(`http://127.0.0.1:${port}/api/v1/pipeline/execute`, { method: 'POST', headers, body: '{}' });
    await arrived;
    open();
    expect(await (await answer).json()).toMatchObject({ error: { code: 'VALIDATION_ERROR' } });
  });
});

it('a request whose site cannot be opened has its connection closed', async () => {
  const arrived = once(server, 'request');
  const answer = fetch(`http://127.0.0.1:${port}/openapi.json`);
  const closed = expect(answer).rejects.toThrow('fetch failed');
  await arrived;
  ready.reject(new Error('the data folder is gone'));
  await closed;
});

describe('a client that goes away while it sends', () => {
  it.each(['after', 'before'])('is no fault: it is noted, %s the site is open', async (when) => {
    if (when === 'after') open();
    const { socket, request } = await sendHalf();
    const closed = new Promise((resolve) => request.once('close', resolve));
    socket.destroy();
    await closed;
    if (when === 'before') open();
    await vi.waitFor(() => expect(home.logLines).toHaveLength(1));
    expect(JSON.parse(home.logLines[0] ?? '')).toMatchObject({
      level: 'info',
      message: 'client went away',
      request_id: expect.stringMatching(/^req_/),
      path: '/api/v1/pipeline/execute',
    });
  });
});
