import type { Catalogue, Service } from '../../platform/catalogue.ts';
import { ApiError } from './errors.ts';

/** The service that a caller names, or NOT_FOUND. */
export function serviceNamed({ services }: Catalogue, name: string): Service {
  const service = services.find((each) => each.name === name);
  if (!service) throw new ApiError('NOT_FOUND', { message: 'There is no service of this name.' });
  return service;
}
