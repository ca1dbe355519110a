import Agent from 'undici/lib/dispatcher/agent.js';
import { fetch } from 'undici/lib/web/fetch/index.js';

/** Node's own fetch gives up after five minutes without an answer, however long the caller would wait. */
const patient = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/** Fetch for calls that may take longer than five minutes: only their own signal ends them. */
export const patientFetch = ((input: string | URL, init: object) =>
  fetch(input, { ...init, dispatcher: patient })) as unknown as typeof globalThis.fetch;
