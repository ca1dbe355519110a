/** What a plan asks of a step. */
export interface Planned {
  name: string;
  depends_on: readonly string[];
}

export interface Plan {
  /** All names, each after those that it depends on; apart from that as they were given. */
  order: string[];
  /** The steps that depend on this one directly, in the order that they were given. */
  dependents: ReadonlyMap<string, readonly string[]>;
  /** The steps that this one depends on, directly or not. */
  ancestors: ReadonlyMap<string, ReadonlySet<string>>;
  /** A way from a step along what it depends on back to it, as `['a', 'b', 'a']`; null where there is none. */
  cycle: string[] | null;
}

/**
 * The plan of steps with unique names. What a step depends on that is no step is passed over. With a cycle there is no
 * order to go by, yet dependents and ancestors are right. Ancestors take steps times dependencies, the rest is linear.
 */
export function planOf(steps: readonly Planned[]): Plan {
  const names = new Set(steps.map(({ name }) => name));
  const links = new Map(
    steps.map(({ name, depends_on }) => [name, [...new Set(depends_on)].filter((each) => names.has(each))]),
  );
  const dependents = new Map<string, string[]>(steps.map(({ name }) => [name, []]));
  for (const [name, dependencies] of links) for (const each of dependencies) dependents.get(each)?.push(name);
  const ancestors = new Map(steps.map(({ name }) => [name, reachedFrom(name, links)]));
  return { ...ordered(links), dependents, ancestors };
}

type Links = ReadonlyMap<string, readonly string[]>;

function reachedFrom(start: string, links: Links): Set<string> {
  const reached = new Set(links.get(start));
  for (const name of reached) for (const next of links.get(name) ?? []) reached.add(next);
  return reached;
}

/** Depth first without recursion: the trail leads to a step that is placed once all that it depends on is. */
function ordered(links: Links): Pick<Plan, 'order' | 'cycle'> {
  const order = new Set<string>();
  const trail: Visit[] = [];
  const onTrail = new Set<string>();
  let cycle: string[] | null = null;
  for (const start of links.keys()) {
    let name: string | undefined = start;
    while (name !== undefined) {
      if (onTrail.has(name)) cycle ??= [...trail.map((visit) => visit.name).slice(indexIn(trail, name)), name];
      else if (!order.has(name)) {
        trail.push({ name, left: (links.get(name) ?? []).values() });
        onTrail.add(name);
      }
      name = nextOf(trail, (placed) => {
        onTrail.delete(placed);
        order.add(placed);
      });
    }
  }
  return { order: [...order], cycle };
}

interface Visit {
  name: string;
  /** What it depends on and has not been looked at from here. */
  left: Iterator<string>;
}

function indexIn(trail: readonly Visit[], name: string): number {
  return trail.findIndex((visit) => visit.name === name);
}

/** What the trail's last step depends on next; steps that have nothing left are placed. */
function nextOf(trail: Visit[], place: (name: string) => void): string | undefined {
  for (let last = trail.at(-1); last; last = trail.at(-1)) {
    const next = last.left.next();
    if (!next.done) return next.value;
    trail.pop();
    place(last.name);
  }
  return undefined;
}
