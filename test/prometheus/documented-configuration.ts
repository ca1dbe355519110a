import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

const configuration = z.looseObject({
  global: z.looseObject({}),
  rule_files: z.array(z.string()),
  scrape_configs: z.tuple([
    z.looseObject({ job_name: z.string(), authorization: z.strictObject({ credentials_file: z.string() }) }),
  ]),
});

/** The text of the configuration of Prometheus that docs/prometheus.md shows. */
export function documentedText(): string {
  const [, text] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/prometheus.md', 'utf8')) ?? [];
  if (text === undefined) throw new Error('docs/prometheus.md shows no configuration');
  return text;
}

/** That configuration, read. */
export function documentedConfiguration(): z.infer<typeof configuration> {
  return configuration.parse(parse(documentedText()));
}
