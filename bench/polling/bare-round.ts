import { once } from 'node:events';
import { connect } from 'node:net';
import { readinessPath, type Service, serviceUrl } from '../../platform/catalogue.ts';

const request = 'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n';

/** How many connections a round makes: one for each service, and one more where it has a readiness. */
export function connectionsOf(service: Service): number {
  return readinessPath(service) === undefined ? 1 : 2;
}

/** What a round costs at the least: its connections, all at once, a request and an answer over each, neither of them looked at. */
export async function bareRound(services: Service[]): Promise<void> {
  await Promise.all(
    services.flatMap((service) => Array.from({ length: connectionsOf(service) }, () => bareProbe(service))),
  );
}

async function bareProbe(service: Service): Promise<void> {
  const { hostname, port } = new URL(serviceUrl(service));
  const socket = connect(Number(port), hostname);
  if (service.probe === 'tcp') {
    await once(socket, 'connect');
    socket.destroy();
    return;
  }
  socket.resume().write(request);
  await once(socket, 'end');
}
