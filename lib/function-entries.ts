import { contracts, taskContracts } from '../functions/contracts.ts';
import type { Catalogue } from '../platform/catalogue.ts';
import { authorizerEntry, endpointEntry, type FunctionEntry, fallbackEntry, taskEntry } from './function-entry.ts';

/** Every function of a deployment, to be bundled. The catalogue goes into the bundles. */
export function functionEntries({ catalogue }: { catalogue: Catalogue }): FunctionEntry[] {
  return [
    ...contracts.map((contract) => endpointEntry(contract, catalogue)),
    ...taskContracts.map((contract) => taskEntry(contract, catalogue)),
    authorizerEntry(catalogue),
    fallbackEntry(contracts, catalogue),
  ];
}
