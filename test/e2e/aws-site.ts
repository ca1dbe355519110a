import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../../platform/simulated/start-simulated-platform.ts';
import { type AwsStack, deployAwsStack } from '../aws-stack.ts';
import { type Site, siteSettings } from './site.ts';
import { machineAddress } from './webhook-receiver.ts';

export interface AwsSite extends Site {
  stack: AwsStack;
  /** Deletes the stack and stops the simulated platform. */
  close(): Promise<void>;
}

/**
 * Deploys the orchestrator to the emulator at AWS_ENDPOINT_URL, before a simulated platform on this machine. The
 * emulator runs functions as local processes, so they reach the stand-ins on 127.0.0.1, and receivers of webhooks at the
 * address of this machine, since loopback is never allowed there.
 */
export async function startAwsSite(): Promise<AwsSite> {
  const receiverAddress = machineAddress();
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-aws-'));
  const catalogueFile = join(folder, 'catalogue.json');
  const platform = await startSimulatedPlatform({
    catalogue: readCatalogue(new URL('../../platform/catalogue.json', import.meta.url)),
    database: ':memory:',
  });
  writeFileSync(catalogueFile, JSON.stringify(platform.catalogue));
  const tokens = await rotatedToken();
  const hooks = await newHookSecret();
  const stack = await deployAwsStack(String(process.env['AWS_ENDPOINT_URL']), {
    catalogueFile,
    tokenSecret: tokens.secretName,
    hookSecret: hooks.secretName,
    rateLimits: numbers(siteSettings.RATE_LIMITS),
    stageDeadlines: numbers(siteSettings.STAGE_DEADLINES),
    monitorSeconds: Number(siteSettings.MONITOR_SECONDS),
    probeIntervalSeconds: Number(siteSettings.PROBE_INTERVAL_SECONDS),
    knowledgeSourceDeadlineSeconds: Number(siteSettings.KNOWLEDGE_SOURCE_DEADLINE_SECONDS),
    webhookAllow: [receiverAddress],
    webhookRetryDelays: siteSettings.WEBHOOK_RETRY_DELAYS.split(',').map(Number),
    logLevel: 'ERROR',
  });
  return {
    baseUrl: stack.baseUrl,
    openapiServer: '/v1',
    controlUrl: platform.controlUrl,
    token: tokens.current,
    spareToken: tokens.previous,
    hookSecret: hooks.value,
    receiverAddress,
    stack,
    async close() {
      await stack.destroy();
      await platform.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A secret whose token was rotated once, so that the one before it is valid too. */
async function rotatedToken() {
  const client = new SecretsManagerClient();
  const secretName = `orchestrator-token-${randomUUID()}`;
  const [previous, current] = [randomUUID(), randomUUID()];
  await client.send(new CreateSecretCommand({ Name: secretName, SecretString: previous }));
  await client.send(new PutSecretValueCommand({ SecretId: secretName, SecretString: current }));
  return { secretName, previous, current };
}

async function newHookSecret() {
  const secretName = `orchestrator-hooks-${randomUUID()}`;
  const value = randomUUID();
  await new SecretsManagerClient().send(new CreateSecretCommand({ Name: secretName, SecretString: value }));
  return { secretName, value };
}

function numbers(pairs: string): Record<string, number> {
  const entries = pairs.split(',').map((pair) => pair.split('='));
  return Object.fromEntries(entries.map(([name, value]) => [name, Number(value)]));
}
