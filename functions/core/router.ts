import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { Contract } from './contract.ts';
import { ApiError } from './errors.ts';

export interface Match<E> {
  endpoint: E;
  parameters: Record<string, string>;
}

export interface Router<E> {
  /** The endpoint of a method and path. Throws NOT_FOUND, or METHOD_NOT_ALLOWED with `Allow`. */
  match(method: string, path: string): Match<E>;
}

/** Routes requests by contract: static path segments win over parameters, which are never empty; a trailing slash is another path. */
export function createRouter<E extends { contract: Pick<Contract, 'method' | 'path'> }>(
  endpoints: readonly E[],
): Router<E> {
  const routes = findMyWay();
  for (const endpoint of endpoints) {
    const { method, path } = endpoint.contract;
    routes.on(method, path.replaceAll(/\{([^}]+)\}/g, ':$1'), () => undefined, endpoint);
  }
  const methods = [...new Set(endpoints.map((endpoint) => endpoint.contract.method))].sort();
  const find = (method: string, path: string) => {
    const found = routes.find(method as HTTPMethod, path);
    return found && Object.values(found.params).includes('') ? null : found;
  };
  return {
    match(method, path) {
      const found = find(method, path);
      if (found) return { endpoint: found.store as E, parameters: found.params as Record<string, string> };
      const allowed = methods.filter((candidate) => find(candidate, path));
      if (allowed.length === 0) throw new ApiError('NOT_FOUND', { message: 'There is no such endpoint.' });
      throw new ApiError('METHOD_NOT_ALLOWED', { headers: { allow: allowed.join(', ') } });
    },
  };
}
