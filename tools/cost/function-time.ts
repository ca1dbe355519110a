import type { Usage } from '../../bench/units/usage.ts';
import type { Assumptions } from './assumptions.ts';

/** GB-seconds of a second of a function. */
export function gigabytes({ memoryMegabytes }: Assumptions): number {
  return memoryMegabytes / 1024;
}

/** Milliseconds that functions run: their calls, their starts, and DynamoDB's answers one after the other. */
export function functionMs(usage: Pick<Usage, 'invocations' | 'tableCalls'>, assumed: Assumptions): number {
  const { callMs, coldShare, coldMs, tableCallMs } = assumed;
  return usage.invocations * (callMs + coldShare * coldMs) + usage.tableCalls * tableCallMs;
}

/** How {@link functionMs} is computed, for documents. */
export const functionMsFormula = 'calls × (callMs + coldShare × coldMs) + tableCalls × tableCallMs';

/** The share of calls that X-Ray records: one a second, and a twentieth of the rest. */
export function tracedShare({ requestsPerSecond }: Assumptions): number {
  const rate = Math.max(1, requestsPerSecond);
  return (1 + 0.05 * (rate - 1)) / rate;
}
