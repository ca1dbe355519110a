import { describe, expect, it } from 'vitest';
import { type GatePolicy, gateReasons } from '../../../../functions/pipelines/stages/quality-gate.ts';

type Status = Parameters<typeof gateReasons>[1];
type Scan = Parameters<typeof gateReasons>[2];

const ok: Status = { status: 'OK', conditions: [] };
const condition = { status: 'ERROR', metricKey: 'coverage', comparator: 'LT', errorThreshold: '80', actualValue: '10' };
const lowCoverage = { status: 'ERROR', conditions: [condition] } as unknown as Status;
const clean = { status: 'completed', findings: [] } as unknown as Scan;
const found = (...severities: string[]) =>
  ({
    ...clean,
    findings: severities.map((severity) => ({ severity, title: 'T', file: 'a.ts', line: 3 })),
  }) as unknown as Scan;
const coverage = 'coverage is 10, at least 80 is required.';
const finding = (severity: string) => `${severity} finding: T in a.ts:3.`;
const noScan = { ...clean, status: 'failed', error: 'disk full' } as unknown as Scan;

describe('what a policy holds against a commit', () => {
  it.each<[GatePolicy, string, Status, Scan, string[]]>([
    ['strict', 'all well', ok, clean, []],
    ['strict', 'a failed condition', lowCoverage, clean, [coverage]],
    ['strict', 'a critical finding', ok, found('critical'), [finding('critical')]],
    ['strict', 'a high finding', ok, found('high'), [finding('high')]],
    ['strict', 'a medium and a low finding', ok, found('medium', 'low'), []],
    ['strict', 'both', lowCoverage, found('low', 'high'), [coverage, finding('high')]],
    [
      'strict',
      'a failed gate without conditions',
      { status: 'ERROR', conditions: [] },
      clean,
      ['The quality gate failed.'],
    ],
    [
      'strict',
      'no gate',
      { status: 'NONE', conditions: [] },
      clean,
      ['No quality gate has been computed for the project.'],
    ],
    ['strict', 'a scan that failed', ok, noScan, ['The security scan failed: disk full.']],
    ['standard', 'a failed condition', lowCoverage, clean, []],
    ['standard', 'a critical finding', ok, found('critical'), [finding('critical')]],
    ['standard', 'a high finding', ok, found('high'), []],
    ['standard', 'a scan that failed', ok, noScan, ['The security scan failed: disk full.']],
    ['off', 'everything', lowCoverage, found('critical'), []],
    ['off', 'a scan that failed', ok, noScan, []],
  ])('%s: %s', (policy, _, status, scan, reasons) => {
    expect(gateReasons(policy, status, scan)).toEqual(reasons);
  });

  it('names a condition above its bound, and a finding without place', () => {
    const many = { ...condition, metricKey: 'bugs', comparator: 'GT', errorThreshold: '0', actualValue: '4' };
    const status = { status: 'ERROR', conditions: [many, { ...condition, status: 'OK' }] } as unknown as Status;
    const scan = { ...clean, findings: [{ severity: 'high', title: 'T' }] } as unknown as Scan;
    expect(gateReasons('strict', status, scan)).toEqual(['bugs is 4, at most 0 is required.', 'high finding: T.']);
  });
});
