import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestListener } from '../../bin/embedded/http-server.ts';
import { contracts } from '../../functions/contracts.ts';
import type { Contract } from '../../functions/core/contract.ts';
import type { AnyEndpoint } from '../../functions/core/endpoint.ts';
import { loadEndpoint } from '../../functions/load-handlers.ts';
import { openHome, type TestHome, type TestHomeOptions, token } from './open-home.ts';

/** The API of a test home, served over HTTP as the embedded home does. */
export async function openApi({ standIns = [], ...options }: TestApiOptions = {}): Promise<TestApi> {
  const home = await openHome(options);
  const endpointOf = (contract: Contract) =>
    standIns.find((standIn) => standIn.contract === contract) ?? loadEndpoint(contract);
  const endpoints = await Promise.all(contracts.map(async (contract) => ({ ...(await endpointOf(contract)), home })));
  const server = createServer(requestListener({ endpoints, home, objects: home.objects, basePath: '' }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    home,
    async send(method, path, { headers, body, ...call } = {}) {
      const response = await fetch(base + path, {
        method,
        headers: {
          ...(call.token === null ? {} : { authorization: `Bearer ${call.token ?? token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : undefined,
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await home.close();
    },
  };
}

export interface TestApiOptions extends TestHomeOptions {
  /** Endpoints in place of those that their contracts have. */
  standIns?: AnyEndpoint[];
}

export interface TestApi {
  home: TestHome;
  send(method: string, path: string, call?: TestCall): Promise<TestAnswer>;
  close(): Promise<void>;
}

export interface TestCall {
  /** Sent as JSON; text is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** The valid one unless told; null sends none. */
  token?: string | null;
}

export interface TestAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests are what says which shape an answer has.
  body: any;
}
