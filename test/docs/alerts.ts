import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

const alertRule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }),
});
const file = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alertRule) })) });

export type AlertRule = z.infer<typeof alertRule>;

/** The alerting rules as they are committed. */
export function readAlerts(): AlertRule[] {
  return file.parse(parse(readFileSync('docs/grafana/alerts.yml', 'utf8'))).groups.flatMap(({ rules }) => rules);
}
