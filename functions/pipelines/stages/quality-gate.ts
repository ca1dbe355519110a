import type { ProjectStatusAnswer } from '../../../platform/upstream-apis/code-fortress.ts';
import type { Scan } from '../../../platform/upstream-apis/security-shield.ts';

export type GatePolicy = 'strict' | 'standard' | 'off';

/** Severities of a scan's findings that each policy does not let through. */
const blockedSeverities: Record<GatePolicy, readonly string[]> = {
  strict: ['critical', 'high'],
  standard: ['critical'],
  off: [],
};

/**
 * What a policy holds against a commit. Strict lets no failed condition of the quality gate pass and no critical or
 * high finding of the scan, standard no critical finding, off anything.
 */
export function gateReasons(policy: GatePolicy, status: ProjectStatusAnswer['projectStatus'], scan: Scan): string[] {
  if (policy === 'off') return [];
  if (scan.status === 'failed') return [`The security scan failed: ${scan.error ?? 'no reason given'}.`];
  const findings = scan.findings.filter(({ severity }) => blockedSeverities[policy].includes(severity));
  const conditions = policy === 'strict' ? failedConditions(status) : [];
  return [...conditions, ...findings.map(findingReason)];
}

function failedConditions({ status, conditions }: ProjectStatusAnswer['projectStatus']): string[] {
  const failed = conditions.filter((condition) => condition.status === 'ERROR').map(conditionReason);
  if (failed.length > 0) return failed;
  if (status === 'NONE') return ['No quality gate has been computed for the project.'];
  return status === 'ERROR' ? ['The quality gate failed.'] : [];
}

function conditionReason({
  metricKey,
  actualValue,
  errorThreshold,
  comparator,
}: ProjectStatusAnswer['projectStatus']['conditions'][number]) {
  const bound = comparator === 'LT' ? 'at least' : 'at most';
  return `${metricKey} is ${actualValue ?? 'unknown'}, ${bound} ${errorThreshold ?? 'the threshold'} is required.`;
}

function findingReason({ severity, title, file, line }: Scan['findings'][number]): string {
  const place = file ? ` in ${file}${line ? `:${line}` : ''}` : '';
  return `${severity} finding: ${title}${place}.`;
}
