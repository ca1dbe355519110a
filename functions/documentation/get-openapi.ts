import document from '../../openapi.json' with { type: 'json' };
import { endpoint } from '../core/endpoint.ts';
import { getOpenapiContract } from './contract.ts';

/** The committed document: making it anew would bring every contract into this function. */
export const getOpenapi = endpoint(getOpenapiContract, async () => ({ answer: 'ok', body: document }));
