import * as z from 'zod';
import { errorCodes } from './errors.ts';
import { type IdPrefix, idPattern } from './ids.ts';

/** A point in time that a caller may write with any offset or precision; handlers get it as given. */
export const timestamp = z.iso.datetime({
  offset: true,
  error: 'must be an ISO 8601 timestamp, e.g. 2025-01-15T10:30:00Z',
});

/** A point in time as this API answers it: UTC with milliseconds. */
export const utcTimestamp = z.iso.datetime({ precision: 3 });

/** An id of this prefix. */
export function idOf(prefix: IdPrefix) {
  return z.string().regex(idPattern(prefix), `must be an id such as ${prefix}_01jhnkp8r2c5d3v7w9x0y1z2a3`);
}

/** The envelope of every error. */
export const errorEnvelope = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes]),
    message: z.string(),
    details: z.unknown().optional(),
    request_id: z.string(),
  }),
});

/** Epoch milliseconds as the API writes time. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
