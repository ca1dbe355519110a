import * as z from 'zod';
import { dockerHost } from './containers/docker-host.ts';
import { measuresField } from './measures/measure-rules.ts';

/**
 * The catalogue that this JSON describes. Throws {@link InvalidCatalogue} with every problem at once, each naming its
 * row: unknown and missing fields, bad values, repeated names, dependencies on nothing, and dependency cycles.
 */
export function parseCatalogue(json: unknown): Catalogue {
  const envelope = catalogueEnvelope.safeParse(json);
  if (!envelope.success)
    throw new InvalidCatalogue(envelope.error.issues.map((issue) => problemText('catalogue', issue)));

  const problems: string[] = [];
  const services: Service[] = [];
  for (const [position, row] of envelope.data.services.entries()) {
    const parsed = serviceRow.safeParse(row);
    if (parsed.success) services.push(parsed.data);
    else problems.push(...parsed.error.issues.map((issue) => problemText(rowName(row, position), issue)));
  }
  const names = envelope.data.services.map(rowName);
  problems.push(
    ...repeatedNames(names),
    ...sharedContainers(services),
    ...unknownDependencies(services, new Set(names)),
    ...cycles(services),
  );
  if (problems.length > 0) throw new InvalidCatalogue(problems);
  return { services };
}

export interface Catalogue {
  services: Service[];
}

export type Service = z.infer<typeof serviceRow>;

/** Where the service is reached, without a trailing slash; the catalogue's `url` wins over container name and port. */
export function serviceUrl(service: Pick<Service, 'url' | 'container' | 'port'>): string {
  return service.url?.replace(/\/+$/, '') ?? `http://${service.container}:${service.port}`;
}

/** Host and port that a service's URL leads to, for connections below HTTP; the port is 0 where neither URL nor protocol name one. */
export function addressOf(url: string): { host: string; port: number } {
  const { protocol, hostname, port } = new URL(url);
  const usual = { 'http:': 80, 'https:': 443 }[protocol] ?? 0;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

/**
 * The path of the service's readiness, or undefined where it has none. Services of the platform's own teams, those with
 * the probe `/health`, serve `/ready` beside it; a product says its own in `readiness`.
 */
export function readinessPath({ probe, readiness }: Pick<Service, 'probe' | 'readiness'>): string | undefined {
  return readiness ?? (probe === '/health' ? '/ready' : undefined);
}

/** The catalogue can't be used; `problems` holds one sentence for each thing that is wrong with it. */
export class InvalidCatalogue extends Error {
  override name = 'InvalidCatalogue';
  readonly problems: readonly string[];
  constructor(problems: string[]) {
    super(`The service catalogue is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const path = z.string().regex(/^\/\S*$/, 'must be a path that starts with /');

const serviceRow = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes, 63 at most'),
    container: z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'must be a container name'),
    port: z.int().min(1).max(65_535),
    tier: z.string().min(1),
    critical: z.boolean(),
    depends_on: z.array(z.string()),
    probe: z.string().regex(/^(tcp|\/\S*)$/, 'must be "tcp" or a path that starts with /'),
    readiness: path.optional(),
    metrics: path.optional(),
    measures: measuresField.optional(),
    url: z
      .string()
      .refine(isBareUrl, 'must be an http, https or tcp URL without credentials, query or fragment')
      .optional(),
    docker_host: dockerHost.optional(),
  })
  .refine((row) => row.probe === 'tcp' || !row.url?.startsWith('tcp:'), {
    path: ['url'],
    message: 'a tcp URL needs the probe "tcp"',
  })
  .refine((row) => row.url !== undefined || URL.canParse(`http://${row.container}`), {
    path: ['container'],
    message: 'cannot be the host of a URL, as when it ends in a dot and a number; give the row a url',
  })
  .refine((row) => row.measures === undefined || row.metrics !== undefined, {
    path: ['measures'],
    message: 'needs the path of the metrics in `metrics`',
  })
  .refine((row) => row.url === undefined || !URL.canParse(row.url) || addressOf(row.url).port > 0, {
    path: ['url'],
    message: 'needs a port',
  });

const catalogueEnvelope = z.strictObject({ services: z.array(z.unknown()).min(1) });

function isBareUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, username, password, search, hash } = new URL(text);
  return /^(https?|tcp):$/.test(protocol) && host !== '' && `${username}${password}${search}${hash}` === '';
}

function rowName(row: unknown, position: number): string {
  const named = z.object({ name: z.string().min(1) }).safeParse(row);
  return named.success ? named.data.name : `row ${position + 1}`;
}

function problemText(row: string, issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.');
  return `${row}: ${field ? `${field}: ` : ''}${issue.message}`;
}

function repeatedNames(names: string[]): string[] {
  const repeated = new Set(names.filter((name, position) => names.indexOf(name) !== position));
  return [...repeated].map((name) => `${name}: name: is used by more than one row`);
}

/** A container is restarted and changed for one service at a time, so it belongs to one. */
function sharedContainers(services: Service[]): string[] {
  const owners = new Map<string, string>();
  return services.flatMap(({ name, container, docker_host = '' }) => {
    const place = `${docker_host} ${container}`;
    const owner = owners.get(place) ?? name;
    owners.set(place, owner);
    return owner === name ? [] : [`${name}: container: ${container} is that of ${owner} on the same host`];
  });
}

function unknownDependencies(services: Service[], known: ReadonlySet<string>): string[] {
  return services.flatMap(({ name, depends_on }) =>
    depends_on
      .filter((dependency) => !known.has(dependency))
      .map((dependency) => `${name}: depends_on: ${dependency} is not in the catalogue`),
  );
}

/** Each cycle once, as the path that closes it (`a → b → a`). */
function cycles(services: Service[]): string[] {
  const dependencies = new Map(services.map((service) => [service.name, service.depends_on]));
  const finished = new Set<string>();
  const problems: string[] = [];
  const visit = (name: string, trail: string[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      problems.push(`${name}: depends_on: is a cycle: ${[...trail.slice(start), name].join(' → ')}`);
      return;
    }
    if (finished.has(name)) return;
    for (const dependency of dependencies.get(name) ?? []) visit(dependency, [...trail, name]);
    finished.add(name);
  };
  for (const { name } of services) visit(name, []);
  return problems;
}
