import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A container host whose engine knows these containers, by name, and can tell how they are. */
export async function openContainerHost(containers: Record<string, object>): Promise<TestContainerHost> {
  let status = 200;
  const server = createServer((request, response) => {
    const [, name = ''] = /^(?:\/v[\d.]+)?\/containers\/([^/]+)\/json/.exec(request.url ?? '') ?? [];
    const found = status === 200 ? containers[name] : undefined;
    const code = found ? 200 : status === 200 ? 404 : status;
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { message: `engine said ${code}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerAll(code) {
      status = code;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface TestContainerHost {
  /** For `docker_host` and DOCKER_HOST. */
  address: string;
  /** Answers every call with this status from now on. */
  answerAll(status: number): void;
  close(): Promise<void>;
}
