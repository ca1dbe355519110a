import findMyWay from 'find-my-way';
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

/**
 * Routes requests as API Gateway does: the path decides first, static segments before parameters, which are never empty;
 * then the method. A trailing slash is another path.
 */
export function createRouter<E extends { contract: Pick<Contract, 'method' | 'path'> }>(
  endpoints: readonly E[],
): Router<E> {
  const routes = findMyWay();
  for (const [path, ofPath] of Map.groupBy(endpoints, ({ contract }) => contract.path)) {
    const byMethod = new Map<string, E>(ofPath.map((endpoint) => [endpoint.contract.method, endpoint]));
    routes.on('GET', path.replaceAll(/\{([^}]+)\}/g, ':$1'), () => undefined, byMethod);
  }
  return {
    match(method, path) {
      const found = routes.find('GET', path);
      const isNamed = found && !Object.values(found.params).includes('');
      if (!isNamed) throw new ApiError('NOT_FOUND', { message: 'There is no such endpoint.' });
      const byMethod = found.store as Map<string, E>;
      const endpoint = byMethod.get(method);
      if (endpoint) return { endpoint, parameters: found.params as Record<string, string> };
      throw new ApiError('METHOD_NOT_ALLOWED', { headers: { allow: [...byMethod.keys()].sort().join(', ') } });
    },
  };
}
