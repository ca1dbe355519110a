import { contracts } from '../../functions/contracts.ts';
import type { Contract } from '../../functions/core/contract.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import { defaultRateLimits } from '../../functions/core/rate-limit.ts';
import { code, markdownTable } from './markdown-table.ts';
import { schemaFields } from './schema-fields.ts';

/** The parts of docs/api.md that the contracts and the registries of errors and limits say already. */
export function apiSections(): Record<string, string> {
  return { endpoints: endpoints(), 'endpoint-inputs': endpointInputs(), errors: errors(), 'rate-limits': rateLimits() };
}

function endpoints(): string {
  const rows = contracts.map((contract) => [
    code(`${contract.method} ${contract.path}`),
    contract.summary,
    Object.values(contract.answers)
      .map(({ status }) => status)
      .join(', '),
    contract.errors.map(code).join(', '),
    contract.rateLimit === 'none' ? 'not limited' : code(contract.rateLimit),
    access(contract),
  ]);
  return markdownTable(['Endpoint', 'What it does', 'Success', 'Its own errors', 'Rate limit', 'Token'], rows);
}

function access({ auth }: Contract): string {
  return { bearer: 'yes', probe: 'yes, unless `PUBLIC_PROBES`', none: 'no' }[auth];
}

function endpointInputs(): string {
  return contracts
    .filter(({ query, body }) => query ?? body)
    .map(inputs)
    .join('\n\n');
}

function inputs({ method, path, query, body, bodyShown, description }: Contract): string {
  const parts = [
    `### ${code(`${method} ${path}`)}`,
    description ?? '',
    query ? `Query parameters:\n\n${fieldTable(query)}` : '',
    body ? `Body:\n\n${fieldTable(bodyShown ?? body)}` : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function fieldTable(schema: NonNullable<Contract['body']>): string {
  const rows = schemaFields(schema).map((field) => [
    code(field.path),
    field.type,
    field.isRequired ? 'required' : code(field.default ?? ''),
    field.description,
  ]);
  return markdownTable(['Field', 'Type', 'Default', 'Meaning'], rows);
}

function errors(): string {
  const rows = Object.entries(errorCodes).map(([name, { status, message }]) => [code(name), String(status), message]);
  return markdownTable(['Code', 'Status', 'Message unless the error has its own'], rows);
}

function rateLimits(): string {
  const rows = Object.entries(defaultRateLimits).map(([category, { limit, windowSeconds }]) => [
    code(category),
    `${limit} requests in ${windowSeconds} s`,
    contracts
      .filter(({ rateLimit }) => rateLimit === category)
      .map(({ method, path }) => code(`${method} ${path}`))
      .join(', '),
  ]);
  return markdownTable(['Category', 'Default', 'Endpoints of this release'], rows);
}
