import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';
import { addressKind } from '../../platform/receivers/receiver-address.ts';

/** A delivery as its receiver got it. */
export interface Post {
  headers: Record<string, string>;
  /** As it came, byte for byte. */
  body: string;
  atMs: number;
}

interface ScriptedAnswer {
  status: number;
  headers?: Record<string, string>;
}

/** What the n-th post to a path, counted from 1, is answered with; `hangs` leaves it without an answer. */
export type Script = (nth: number) => ScriptedAnswer | 'hangs' | Promise<ScriptedAnswer>;

/** One path of a receiver. */
export interface Inbox {
  url: string;
  /** In the order in which they came, whatever they were answered with. */
  posts: Post[];
  /** Can be set anew at any time. */
  script: Script;
  /** The posts as soon as this no longer throws. */
  once(holds: (posts: Post[]) => unknown, timeoutMs?: number): Promise<Post[]>;
}

export interface WebhookReceiver {
  /** A path that nobody else posts to. It answers 200 unless told. */
  open(script?: Script): Inbox;
  /** Breaks off what hangs, and listens no more. */
  close(): Promise<void>;
}

/** Long enough for an event to come through an emulator of AWS on a busy machine, in ms. */
const onceMs = 45_000;

const accept: Script = () => ({ status: 200 });

/** Starts a receiver of webhooks at an address of this machine, on a free port. Other paths than its inboxes answer 404. */
export async function startWebhookReceiver(address: string): Promise<WebhookReceiver> {
  const inboxes: Inbox[] = [];
  const server = createServer((request, response) => {
    const inbox = inboxes.find(({ url }) => new URL(url).pathname === request.url);
    if (inbox) void take(inbox, request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    open(script = accept) {
      const posts: Post[] = [];
      const inbox: Inbox = {
        url: `http://${address}:${port}/${inboxes.length + 1}`,
        posts,
        script,
        async once(holds, timeout = onceMs) {
          await vi.waitFor(() => holds(posts), { timeout, interval: 50 });
          return posts;
        },
      };
      inboxes.push(inbox);
      return inbox;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What breaks off before it is whole was not received: the sender died. */
async function take(inbox: Inbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request).catch(() => undefined);
  if (body === undefined) return;
  const nth = inbox.posts.push({ headers: request.headers as Record<string, string>, body, atMs: Date.now() });
  const answer = await inbox.script(nth);
  if (answer !== 'hangs') response.writeHead(answer.status, answer.headers).end();
}

/**
 * This machine's first IPv4 address beside loopback: where functions on AWS, which never send to loopback, reach a receiver
 * of a test. Throws when there is none.
 */
export function machineAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each = []) => each.map(({ address }) => address));
  const own = addresses.find((address) => isIPv4(address) && /^(public|private)$/.test(addressKind(address)));
  if (own === undefined) {
    throw new Error(
      'This machine has no IPv4 address beside loopback, at which receivers of webhooks could be tested on AWS. Connect it to a network, or add an address to it: ip link add dummy0 type dummy && ip addr add 192.0.2.2/24 dev dummy0',
    );
  }
  return own;
}
