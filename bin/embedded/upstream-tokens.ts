import { upstreamPrefix, variableOf } from '../../backend/embedded/secrets.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import { isHeaderText } from '../../platform/upstream/credentials.ts';

/**
 * Throws an Error that names each variable with a credential that would not be used: for a service that the catalogue does not
 * have, or with characters that no header can carry. It quotes none. An empty variable counts as unset.
 */
export function checkUpstreamTokens(
  environment: Record<string, string | undefined>,
  { services }: Pick<Catalogue, 'services'>,
): void {
  const known = new Set(services.map(({ name }) => variableOf(`upstream/${name}`)));
  const problems = Object.entries(environment).flatMap(([variable, value]) => {
    if (!variable.startsWith(upstreamPrefix) || !value) return [];
    if (!known.has(variable)) return [`  ${variable}: is for no service of the catalogue`];
    return isHeaderText(value.trim()) ? [] : [`  ${variable}: must be printable ASCII characters without spaces`];
  });
  if (problems.length > 0) throw new Error(`The settings are not valid:\n${problems.join('\n')}`);
}
