import { describe, expect, test } from 'vitest';
import { addressOf, InvalidCatalogue, parseCatalogue, serviceUrl } from '../../platform/catalogue.ts';
import { readCatalogue } from '../../platform/read-catalogue.ts';

const row = {
  name: 'a',
  container: 'omni-a',
  port: 8080,
  tier: 'AI',
  critical: false,
  depends_on: [] as string[],
  probe: '/health',
};

const measuring = (measures: unknown) => ({ ...row, metrics: '/metrics', measures });

function problemsOf(services: unknown[]): readonly string[] {
  try {
    parseCatalogue({ services });
  } catch (error) {
    if (error instanceof InvalidCatalogue) return error.problems;
    throw error;
  }
  return [];
}

describe('the default catalogue', () => {
  const { services } = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));

  test('holds the 37 managed services', () => {
    expect(services).toHaveLength(37);
  });

  test('names the services that decide readiness', () => {
    const critical = services.filter((service) => service.critical).map((service) => service.name);
    expect(critical).toEqual([
      'security-nexus',
      'litellm-proxy',
      'gateway-sentinel',
      'vector-memory',
      'object-store',
      'source-control',
      'authentication',
      'postgres',
      'redis',
    ]);
  });

  test('gives no two services the same container', () => {
    expect(new Set(services.map((service) => service.container)).size).toBe(37);
  });
});

describe('a catalogue is refused with the row and the reason', () => {
  const cases: [string, unknown[], string | RegExp][] = [
    ['unknown dependency', [{ ...row, depends_on: ['nowhere'] }], 'a: depends_on: nowhere is not in the catalogue'],
    ['repeated name', [row, row, row], 'a: name: is used by more than one row'],
    ['port 0', [{ ...row, port: 0 }], /^a: port: /],
    ['port beyond 65535', [{ ...row, port: 65_536 }], /^a: port: /],
    ['port that is text', [{ ...row, port: '80' }], /^a: port: /],
    ['unknown field', [{ ...row, colour: 'red' }], /^a: .*colour/],
    ['measures without metrics', [{ ...row, measures: {} }], 'a: measures: needs the path of the metrics in `metrics`'],
    ['unknown measure', [measuring({ speed: { metric: 'x' } })], 'a: measures: Unrecognized key: "speed"'],
    ['measure of no metric', [measuring({ requests: {} })], /^a: measures.requests.0.metric: /],
    [
      'metric that is no name',
      [measuring({ requests: { metric: 'a b' } })],
      'a: measures.requests.0.metric: must be the name of a metric',
    ],
    [
      'label that is no name',
      [measuring({ requests: { metric: 'x', labels: { 'a-b': '1' } } })],
      /^a: measures.requests.0.labels.a-b: /,
    ],
    [
      'pattern with * in its middle',
      [measuring({ errors: [{ metric: 'y' }, { metric: 'x', labels: { path: ['/ok', '/*/b'] } }] })],
      'a: measures.errors.1.labels.path.1: may have * only at its end',
    ],
    ['pattern that is a number', [measuring({ errors: { metric: 'x', labels: { code: 500 } } })], /labels.code.0: /],
    ['unit of a count', [measuring({ requests: { metric: 'x', unit: 'ms' } })], /^a: measures.requests.0: .*unit/],
    [
      'unknown unit',
      [measuring({ latency: { metric: 'x', unit: 'min' } })],
      'a: measures.latency.0.unit: must be "s" or "ms"',
    ],
    ['probe that is no path', [{ ...row, probe: 'health' }], /^a: probe: .*"tcp"/],
    ['URL with credentials', [{ ...row, url: 'http://me:secret@host' }], /^a: url: /],
    ['tcp URL with an HTTP probe', [{ ...row, url: 'tcp://host:1' }], 'a: url: a tcp URL needs the probe "tcp"'],
    ['container that cannot be the host of a URL', [{ ...row, container: 'omni-redis-7.2' }], /^a: container: .*url/],
    ['the same with a TCP probe', [{ ...row, container: 'omni-redis-7.2', probe: 'tcp' }], /^a: container: .*url/],
    ['tcp URL without a port', [{ ...row, probe: 'tcp', url: 'tcp://host' }], 'a: url: needs a port'],
    ['URL with port 0', [{ ...row, url: 'http://host:0' }], 'a: url: needs a port'],
    ['docker_host with a port beyond 65535', [{ ...row, docker_host: 'tcp://h:99999' }], /^a: docker_host: .*port/],
    ['docker_host with port 0', [{ ...row, docker_host: 'tcp://h:0' }], /^a: docker_host: .*port/],
    ['docker_host that no URL can have', [{ ...row, docker_host: 'https://h.2:2376' }], /^a: docker_host: .*host/],
    ['row without a name', [row, { ...row, name: undefined }], /^row 2: name: /],
    ['row that is no object', ['a'], /^row 1: /],
    [
      'container of another service on the same host',
      [row, { ...row, name: 'b' }, { ...row, name: 'c', docker_host: 'tcp://other:2375' }],
      'b: container: omni-a is that of a on the same host',
    ],
    ['service that depends on itself', [{ ...row, depends_on: ['a'] }], 'a: depends_on: is a cycle: a → a'],
  ];
  test.each(cases)('%s', (_name, services, problem) => {
    const problems = problemsOf(services);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test('a cycle is shown as the path that closes it, once', () => {
    const services = [
      { ...row, name: 'x', container: 'x', depends_on: ['a'] },
      { ...row, name: 'a', container: 'a', depends_on: ['b'] },
      { ...row, name: 'b', container: 'b', depends_on: ['c'] },
      { ...row, name: 'c', container: 'c', depends_on: ['a'] },
    ];
    expect(problemsOf(services)).toEqual(['a: depends_on: is a cycle: a → b → c → a']);
  });

  test('every problem is told at once', () => {
    const services = [
      { ...row, port: -1 },
      { ...row, name: 'b', container: 'b', depends_on: ['c', 'd'] },
      { ...row, name: 'b', container: 'b' },
    ];
    expect(problemsOf(services)).toHaveLength(4);
  });

  test('a row that is wrong does not make rows that depend on it wrong', () => {
    expect(
      problemsOf([
        { ...row, port: -1 },
        { ...row, name: 'b', depends_on: ['a'] },
      ]),
    ).toHaveLength(1);
  });

  test.each([null, [], {}, { services: [] }, { services: {} }])('%j is no catalogue', (json) => {
    expect(() => parseCatalogue(json)).toThrow(InvalidCatalogue);
  });
});

test('a container whose name cannot be the host of a URL is taken with a url', () => {
  expect(problemsOf([{ ...row, container: 'omni-redis-7.2', probe: 'tcp', url: 'tcp://redis:6379' }])).toEqual([]);
});

test.each([
  ['http://x:80', 'x', 80],
  ['http://x', 'x', 80],
  ['https://x/base', 'x', 443],
  ['tcp://x:6379', 'x', 6379],
  ['tcp://[::1]:6379', '::1', 6379],
])('%s leads to %s, port %i', (url, host, port) => {
  expect(addressOf(url)).toEqual({ host, port });
});

describe('the URL of a service', () => {
  test('is made of container and port', () => {
    expect(serviceUrl({ container: 'omni-a', port: 8080 })).toBe('http://omni-a:8080');
  });

  test('is the one of the catalogue where it has one, without a trailing slash', () => {
    expect(serviceUrl({ container: 'omni-a', port: 8080, url: 'https://a.example/base/' })).toBe(
      'https://a.example/base',
    );
  });
});
