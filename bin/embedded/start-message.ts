import { version } from '../../functions/core/version.ts';
import type { EmbeddedSettings } from './settings.ts';
import type { Token } from './token.ts';

interface Started {
  baseUrl: string;
  token: Token;
  settings: EmbeddedSettings;
  /** Where the simulated platform can be reached, when it runs. */
  simulated: { controlUrl: string; engineUrl: string } | undefined;
  /** Whether a person reads the output; otherwise it goes to logs, which are kept and read by others. */
  isTerminal: boolean;
}

/**
 * What a stranger needs first: where it runs, the token, and a request that does something. The token's value is shown
 * when it has just been made or a person reads along; at other times the request reads it from its file.
 */
export function startMessage({ baseUrl, token, settings, simulated, isTerminal }: Started): string {
  const bearer = bearerOf(token, isTerminal);
  const platform =
    simulated === undefined
      ? `The services are those of ${settings.catalogueFile}.`
      : `The platform's 37 services are simulated by stand-ins in this process; ask for faults at ${simulated.controlUrl}/faults.
Their containers are simulated too, by an engine at DOCKER_HOST=${simulated.engineUrl.replace('http:', 'tcp:')}.`;
  return `
Omni Orchestrator ${version} is running on ${baseUrl}

${tokenSources[token.source](token.file)}
All state is in ${settings.dataFolder}.
${platform}

Run a first pipeline:

  curl -s ${baseUrl}/api/v1/pipeline/execute \\
    -H "Authorization: Bearer ${bearer}" -H 'Content-Type: application/json' \\
    -d '{"task": "Add a login page", "config": {"repo_url": "http://omni-gitea:3000/omni-admin/my-project.git"}}'

and watch it, and the services:

  curl -s '${baseUrl}/api/v1/pipeline?limit=1' -H "Authorization: Bearer ${bearer}"
  curl -s ${baseUrl}/api/v1/services -H "Authorization: Bearer ${bearer}"
`;
}

function bearerOf({ source, value, file }: Token, isTerminal: boolean): string {
  if (source === 'ORCHESTRATOR_TOKEN') return '$ORCHESTRATOR_TOKEN';
  return source === 'generated' || isTerminal ? value : `$(cat ${shellWord(file)})`;
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const tokenSources: Record<Token['source'], (file: string) => string> = {
  ORCHESTRATOR_TOKEN: () => 'The token is that of ORCHESTRATOR_TOKEN.',
  kept: (file) => `The token is kept in ${file}.`,
  generated: (file) => `A token was made and is kept in ${file}, readable by you only.`,
};
