import { asDeployed } from './as-deployed.ts';

/** What Lambda takes of a function's environment; it measures the JSON of it. */
const bytesMax = 4096;

/** Throws where a function's environment, as resolved for its stack, would be refused by Lambda in the midst of a deployment. */
export function requireFittingEnvironment(name: string, variables: Record<string, unknown>): void {
  const bytes = Buffer.byteLength(JSON.stringify(asDeployed(variables)));
  if (bytes <= bytesMax) return;
  throw new Error(
    `The environment of the function "${name}" has about ${bytes} bytes, and Lambda takes ${bytesMax}. ` +
      'Give upstreamSecrets names of secrets, which are shorter than ARNs, or fewer of them, or shorten lists such as webhookAllow.',
  );
}
