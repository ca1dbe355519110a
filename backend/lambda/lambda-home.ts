import { createLog } from '../../functions/core/log.ts';
import { restrictReach } from '../../functions/core/reach.ts';
import { readFunctionSettings } from '../../functions/core/settings.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import type { createContainerHosts } from '../../platform/containers/container-hosts.ts';
import type { createProber } from '../../platform/probing/prober.ts';
import type { createReceivers } from '../../platform/receivers/receivers.ts';
import { type AwsPorts, awsBackend } from '../aws/aws-backend.ts';
import { emfMeter } from './emf-meter.ts';
import type { LambdaHome } from './lambda.ts';

/** What reaches the platform's services, container hosts and receivers of webhooks, for the functions that do. */
export interface ReachMakers {
  createProber?: typeof createProber;
  createContainerHosts?: typeof createContainerHosts;
  createReceivers?: typeof createReceivers;
}

/** What one Lambda function has: the adapters given, and the catalogue that was checked and inlined when it was built. */
export function lambdaHome(ports: AwsPorts, catalogue: Catalogue, makers: ReachMakers = {}): LambdaHome {
  const settings = readFunctionSettings(process.env);
  const log = createLog(settings.logLevel);
  const backend = awsBackend(ports);
  const { probeTimeoutMs: timeoutMs, probeSlowMs: slowMs, dockerHost } = settings;
  const prober = makers.createProber?.({ timeoutMs, slowMs, clock: backend.clock });
  const containers = makers.createContainerHosts?.({ catalogue, dockerHost, secrets: backend.secrets });
  const receivers = makers.createReceivers?.({ catalogue, allow: settings.webhookAllow });
  const reach = restrictReach({ prober, containers, receivers }, { probes: true, containers: true, receivers: 'post' });
  return { backend, settings, log, meter: emfMeter(log), catalogue, startedMs: Date.now(), ...reach };
}
