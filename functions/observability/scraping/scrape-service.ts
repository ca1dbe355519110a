import * as z from 'zod';
import type { Service } from '../../../platform/catalogue.ts';
import type { UpstreamClient } from '../../../platform/client.ts';
import { BadExposition } from '../../../platform/exposition/bad-exposition.ts';
import { parseExposition } from '../../../platform/exposition/parse-exposition.ts';
import { measureWays } from '../../../platform/measures/measure-ways.ts';
import { type MeasuredTotals, readMeasures } from '../../../platform/measures/read-measures.ts';
import { UpstreamError } from '../../../platform/upstream/errors.ts';
import { oncePer } from '../../core/once-per.ts';

/** Longer than any service takes for its metrics that is of use, so that one that hangs does not hold the round up. */
const timeoutMs = 5_000;

/** What the rows say does not change while the process lives. */
const waysOf = oncePer(measureWays);
const noMeasures = {};

/** A service whose metrics are read. */
export type ScrapedService = Service & { metrics: string };

/** What the metrics of a service say, or why they cannot be read: that is the service's fault. Throws for any other. */
export async function scrapeService(
  service: ScrapedService,
  upstream: UpstreamClient,
  before: MeasuredTotals | undefined,
): Promise<{ reading: MeasuredTotals } | { kind: string; message: string }> {
  try {
    const text = await upstream.call({
      service: service.name,
      method: 'GET',
      path: service.metrics,
      format: 'text',
      schema: z.string().default(''),
      timeoutMs,
      triesMax: 1,
    });
    return { reading: readMeasures(parseExposition(text), waysOf(service.measures ?? noMeasures), before) };
  } catch (error) {
    if (error instanceof UpstreamError) return { kind: kindOf(error), message: error.message };
    if (error instanceof BadExposition) return { kind: error.name, message: `${service.name}: ${error.message}` };
    throw error;
  }
}

/** Another status is another failure; another time that it took is not. */
function kindOf({ name, status }: UpstreamError): string {
  return status === undefined ? name : `${name} ${status}`;
}
