import findMyWay from 'find-my-way';

/** Finds what belongs to a method and a path (without its query) among routes written as `METHOD /path/:parameter`. */
export function createRouter<Target>(
  routes: Record<string, Target>,
): (method: string, path: string) => Match<Target> | undefined {
  const router = findMyWay();
  for (const [name, target] of Object.entries(routes)) {
    const [method = '', path = ''] = name.split(' ');
    router.on(method as 'GET', path, () => {}, { name, target });
  }
  return (method, path) => {
    const match = router.find(method as 'GET', path);
    return match ? { ...(match.store as { name: string; target: Target }), params: match.params } : undefined;
  };
}

export interface Match<Target> {
  /** The route as it was written, without the values of its parameters. */
  name: string;
  target: Target;
  params: Record<string, string | undefined>;
}
