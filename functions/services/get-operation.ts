import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { getOperationContract } from './contract.ts';
import { findOperation } from './operation-store.ts';
import { operationView } from './operation-view.ts';

export const getOperation = endpoint(getOperationContract, async ({ parameters }, { backend }) => {
  const operation = await findOperation(backend, parameters.operation_id);
  if (!operation) throw new ApiError('NOT_FOUND', { message: 'There is no operation of this id.' });
  return { answer: 'ok', body: operationView(operation) };
});
