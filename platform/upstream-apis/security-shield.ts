import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

/** What the orchestrator calls of security-shield. The answer holds the findings: scanning a commit takes seconds. */
export const securityShield = {
  scan: (body: ScanRequest): UpstreamCall<Scan> => ({
    service: 'security-shield',
    method: 'POST',
    path: '/api/v1/scan',
    body,
    schema: scan,
  }),
};

export const scanRequest = z.object({ repo: z.string().min(1), commit: z.string().min(1) });

const severity = z.enum(['critical', 'high', 'medium', 'low']);

const scan = z.object({
  scan_id: z.string().min(1),
  status: z.enum(['completed', 'failed']),
  findings: z.array(
    z.object({
      id: z.string(),
      severity,
      title: z.string(),
      file: z.string().nullish(),
      line: z.int().nullish(),
    }),
  ),
  summary: z.partialRecord(severity, z.int().min(0)),
  error: z.string().nullish(),
});

export type ScanRequest = z.infer<typeof scanRequest>;
export type Scan = z.infer<typeof scan>;
