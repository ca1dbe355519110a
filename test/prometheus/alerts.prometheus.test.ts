import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { documentedText } from './documented-configuration.ts';
import { promtool } from './promtool.ts';

const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('promtool', () => {
  it('finds the alerting rules right', async () => {
    const { status, said } = await promtool(['check', 'rules', 'docs/grafana/alerts.yml']);
    expect([status, said]).toEqual([0, expect.stringContaining('SUCCESS: 9 rules found')]);
  });

  it('sees each alert when it must ring, and not before or without reason', async () => {
    const { status, said } = await promtool(['test', 'rules', 'test/prometheus/alert-cases.yml']);
    expect(said).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('finds the documented configuration right', async () => {
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, documentedText());
    const { status, said } = await promtool(['check', 'config', '--syntax-only', file]);
    expect(said).toContain('is valid prometheus config file syntax');
    expect(status).toBe(0);
  });
});
