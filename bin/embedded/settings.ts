import * as z from 'zod';
import { wholeNumber } from '../../functions/core/digits.ts';
import {
  type FunctionSettings,
  functionSettings,
  parseEnvironment,
  settingsOf,
} from '../../functions/core/settings.ts';
import { parseHostCertificates } from '../../platform/containers/host-certificates.ts';

/** A bearer token, also one that the data folder keeps. */
export const bearerToken = z
  .string()
  .regex(/^[\x21-\x7e]{16,1024}$/, 'must be 16 to 1024 printable ASCII characters without spaces');

function holdsCredentials(url: string): boolean {
  const { username, password } = URL.parse(url) ?? {};
  return Boolean(username || password);
}

/** The settings of the embedded home, by name, with their meaning; those of the functions stand beside these. */
export const embeddedSettings = z.object({
  PORT: wholeNumber(0, 65_535).default(8080).describe('Port of the API; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address that the API listens on; `0.0.0.0` opens it to the network.'),
  ORCHESTRATOR_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL with http or https' })
    .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment')
    .refine((url) => !holdsCredentials(url), 'must have no user and no password')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe(
      'Where callers reach the API, if not where it listens, such as behind a proxy that takes the path away. Links to artifacts begin with it.',
    ),
  ORCHESTRATOR_TOKEN: bearerToken
    .optional()
    .describe(
      'Bearer token of the API. Left out, one is generated once and kept in the data folder, readable by its owner only.',
    ),
  ORCHESTRATOR_TOKEN_PREVIOUS: bearerToken
    .optional()
    .describe('A second token that is valid, so that the first can be rotated.'),
  ORCHESTRATOR_DATA: z.string().default('.data').describe('Folder that holds all state.'),
  ORCHESTRATOR_CATALOGUE: z
    .string()
    .optional()
    .describe('A catalogue file instead of the bundled one; then no simulated platform is started.'),
  ORCHESTRATOR_CONTAINER_HOSTS: z
    .string()
    .superRefine((text, context) => {
      const { problem } = parseHostCertificates(text);
      if (problem !== undefined) context.addIssue(problem);
    })
    .optional()
    .describe('Certificates for container hosts that are reached over TLS, as JSON; see container-hosts.md.'),
  ORCHESTRATOR_HOOK_SECRET: z
    .string()
    .refine((secret) => secret.trim().length >= 16, 'must have at least 16 characters between blanks at its ends')
    .optional()
    .describe(
      'Secret that GitHub and Gitea sign their webhooks with. Left out, `POST /api/v1/hooks/{event}` is off and answers 404.',
    ),
  SIMULATED_DELAY_SCALE: z.coerce
    .number('must be a number from 0 to 100')
    .min(0, 'must be from 0 to 100')
    .max(100, 'must be from 0 to 100')
    .default(1)
    .describe('How slow the simulated platform is: 0 answers at once, 1 takes about a second for a job.'),
});

export interface EmbeddedSettings {
  host: string;
  port: number;
  /** Without a slash at its end. */
  publicUrl: string | undefined;
  dataFolder: string;
  catalogueFile: string | undefined;
  delayScale: number;
  token: string | undefined;
  previousToken: string | undefined;
  functions: FunctionSettings;
}

/** A rollout of the simulated platform shows nothing new after this many seconds, so the monitor stage need not wait longer. */
const simulatedMonitorSeconds = '5';

/** Reads and validates every setting. Throws an Error that names each variable that is wrong. */
export function readEmbeddedSettings(environment: Record<string, string | undefined>): EmbeddedSettings {
  const isSimulated = !environment['ORCHESTRATOR_CATALOGUE'];
  const defaults = isSimulated && !environment['MONITOR_SECONDS'] ? { MONITOR_SECONDS: simulatedMonitorSeconds } : {};
  const settings = parseEnvironment(embeddedSettings.and(functionSettings), { ...environment, ...defaults });
  return {
    host: settings.HOST,
    port: settings.PORT,
    publicUrl: settings.ORCHESTRATOR_PUBLIC_URL,
    dataFolder: settings.ORCHESTRATOR_DATA,
    catalogueFile: settings.ORCHESTRATOR_CATALOGUE,
    delayScale: settings.SIMULATED_DELAY_SCALE,
    token: settings.ORCHESTRATOR_TOKEN,
    previousToken: settings.ORCHESTRATOR_TOKEN_PREVIOUS,
    functions: settingsOf(settings),
  };
}
