import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { systemAlarmClock } from '../backend/embedded/alarm-clock.ts';
import { openStore } from '../backend/embedded/store.ts';
import type { Catalogue } from '../platform/catalogue.ts';
import { readCatalogue } from '../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../platform/simulated/start-simulated-platform.ts';
import { type ControlPlane, openControlPlane } from './embedded/control-plane.ts';
import { exitAfter } from './embedded/exit-after.ts';
import { requestListener } from './embedded/http-server.ts';
import { listen } from './embedded/listen.ts';
import { onceOrphaned } from './embedded/once-orphaned.ts';
import { onceReady } from './embedded/once-ready.ts';
import { type EmbeddedSettings, readEmbeddedSettings } from './embedded/settings.ts';
import { startMessage } from './embedded/start-message.ts';
import { readToken } from './embedded/token.ts';
import { checkUpstreamTokens } from './embedded/upstream-tokens.ts';

/** Longest that a client may take to send a request, in ms; longer is a client that holds connections. */
const requestTimeoutMs = 30_000;

/** Longest that a shutdown waits for what is under way, in ms; what is left goes on at the next start, as after a crash. */
const shutdownMs = 20_000;

const bundledCatalogue = new URL('../platform/catalogue.json', import.meta.url);

process.umask(0o077);
try {
  await serve(readEmbeddedSettings(process.env));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

/** Brings the control plane up and keeps it until SIGTERM or SIGINT. All that it writes is for its user alone, see umask. */
async function serve(settings: EmbeddedSettings): Promise<void> {
  const catalogue = readCatalogue(settings.catalogueFile ?? bundledCatalogue);
  checkUpstreamTokens(process.env, catalogue);
  const store = openStore(settings.dataFolder);
  const opening = Promise.withResolvers<RequestListener>();
  const server = createServer({ requestTimeout: requestTimeoutMs }, onceReady(opening.promise));
  const baseUrl = await listen(server, settings);
  const token = readToken(settings);
  const platform = await openPlatform(settings, catalogue);
  const { value } = token;
  const controlPlane = await openControlPlane({
    settings,
    store,
    token: value,
    catalogue: platform.catalogue,
    baseUrl: settings.publicUrl ?? baseUrl,
    environment: process.env,
  });
  opening.resolve(requestListener(controlPlane.site));
  const end = () => shutDown(server, controlPlane, platform.close);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  if (process.env['npm_lifecycle_event'] === 'start') onceOrphaned(end);
  const isTerminal = process.stdout.isTTY === true;
  console.log(startMessage({ baseUrl, token, settings, simulated: platform.simulated, isTerminal }));
}

interface Platform {
  /** With the `url` of each stand-in where the platform is simulated. */
  catalogue: Catalogue;
  /** Where failures can be asked for and the containers' engine is, when the platform is simulated. */
  simulated: { controlUrl: string; engineUrl: string } | undefined;
  close(): Promise<void>;
}

async function openPlatform(
  { catalogueFile, dataFolder, delayScale }: EmbeddedSettings,
  catalogue: Catalogue,
): Promise<Platform> {
  if (catalogueFile !== undefined) return { catalogue, simulated: undefined, close: async () => undefined };
  const database = join(dataFolder, 'simulated-platform.sqlite');
  const platform = await startSimulatedPlatform({ catalogue, database, delayScale });
  return { catalogue: platform.catalogue, simulated: platform, close: platform.close };
}

/** Answers what was asked, finishes what is under way and ends with 0; a second signal ends at once. */
async function shutDown(server: Server, controlPlane: ControlPlane, closePlatform: () => Promise<void>): Promise<void> {
  console.log('Stopping: finishing requests and the work under way.');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
  const closed = async () => {
    const served = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await served;
    await controlPlane.close();
    await closePlatform();
  };
  await exitAfter(closed(), {
    clock: systemAlarmClock,
    limitMs: shutdownMs,
    exit: process.exit,
    complain: console.error,
  });
}
