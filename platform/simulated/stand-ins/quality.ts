import type { ProjectStatusAnswer } from '../../upstream-apis/code-fortress.ts';
import { type Scan, scanRequest } from '../../upstream-apis/security-shield.ts';
import { spread } from '../spread.ts';
import { bodyOf, Refusal, type StandIn } from '../stand-in.ts';
import { type WorkRow, workState } from '../work.ts';

/** Stands in for SonarQube. The gate passes unless `gate_fails` was asked for; each reading uses one of its times. */
export const codeFortress: StandIn = {
  routes: {
    'GET /api/qualitygates/project_status': (call) => {
      const projectKey = call.query.get('projectKey');
      if (!projectKey) throw new Refusal(400, 'BAD_REQUEST', "The 'projectKey' parameter is missing.");
      return { body: projectStatus(projectKey, call.takeFault('gate_fails') !== undefined), takesMs: [50, 200] };
    },
  },
};

/** Stands in for security-shield. A scan finds nothing above medium unless `gate_fails` was asked for. */
export const securityShield: StandIn = {
  routes: {
    'POST /api/v1/scan': (call) => {
      const request = bodyOf(scanRequest, call);
      const row = call.accept({ kind: 'scan', subject: request.repo, request });
      return { body: scanOf(row, call.now), takesMs: [300, 900], isWithheld: row.ends_at === null };
    },
  },
};

function projectStatus(projectKey: string, isFailing: boolean): ProjectStatusAnswer {
  const status = isFailing ? ('ERROR' as const) : ('OK' as const);
  const coverage = isFailing ? spread(projectKey, 40, 79) : spread(projectKey, 80, 97);
  const conditions: ProjectStatusAnswer['projectStatus']['conditions'] = [
    { status: 'OK', metricKey: 'new_reliability_rating', comparator: 'GT', errorThreshold: '1', actualValue: '1' },
    { status: 'OK', metricKey: 'new_security_rating', comparator: 'GT', errorThreshold: '1', actualValue: '1' },
    { status: 'OK', metricKey: 'new_maintainability_rating', comparator: 'GT', errorThreshold: '1', actualValue: '1' },
    { status, metricKey: 'new_coverage', comparator: 'LT', errorThreshold: '80', actualValue: coverage.toFixed(1) },
    {
      status: 'OK',
      metricKey: 'new_duplicated_lines_density',
      comparator: 'GT',
      errorThreshold: '3',
      actualValue: (spread(`duplication ${projectKey}`, 0, 29) / 10).toFixed(1),
    },
  ];
  return { projectStatus: { status, conditions } };
}

function scanOf(row: WorkRow, now: number): Scan {
  const { repo } = scanRequest.parse(row.request);
  const isFailed = workState(row, now) === 'failed';
  const findings = isFailed ? [] : row.fault === 'gate_fails' ? [injection, ...harmless(repo)] : harmless(repo);
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  return {
    scan_id: `scan-${row.number}`,
    status: isFailed ? 'failed' : 'completed',
    findings,
    summary: { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') },
    error: isFailed ? 'The repository could not be cloned.' : null,
  };
}

type Finding = Scan['findings'][number];

const injection: Finding = {
  id: 'CWE-89',
  severity: 'critical',
  title: 'SQL query built from user input',
  file: 'src/storage.py',
  line: 42,
};

/** Up to two findings that no gate minds, the same ones for a repository each time. */
function harmless(repo: string): Finding[] {
  const findings: Finding[] = [
    {
      id: 'CWE-1104',
      severity: 'low',
      title: 'Dependency without a release for two years',
      file: 'pyproject.toml',
      line: 12,
    },
    { id: 'CWE-532', severity: 'medium', title: 'User name written to the log', file: 'src/app.py', line: 88 },
  ];
  return findings.slice(0, spread(`findings ${repo}`, 0, findings.length));
}
