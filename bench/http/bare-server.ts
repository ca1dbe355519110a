import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BareAnswer } from './server-process.ts';

/** What Node's HTTP server costs by itself: answers every request with the one answer it was given, and does nothing else. */
const { headers, body } = JSON.parse(process.argv[2] ?? '') as BareAnswer;

const server = createServer((_, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`running on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
