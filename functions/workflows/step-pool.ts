/** Steps under way, and what went wrong with them on our side. */
export interface StepPool {
  has(name: string): boolean;
  size(): number;
  begin(name: string, work: () => Promise<void>): void;
  /** Resolves when one of those under way has ended, or after so many ms. */
  oneEnded(timeoutMs: number): Promise<void>;
  failure(): unknown;
}

export function stepPool(): StepPool {
  const underWay = new Set<string>();
  const failures: unknown[] = [];
  let turn = Promise.withResolvers<void>();
  return {
    has: (name) => underWay.has(name),
    size: () => underWay.size,
    begin(name, work) {
      underWay.add(name);
      work()
        .catch((error: unknown) => void failures.push(error))
        .finally(() => {
          underWay.delete(name);
          turn.resolve();
        });
    },
    async oneEnded(timeoutMs) {
      const timer = setTimeout(turn.resolve, timeoutMs);
      await turn.promise;
      clearTimeout(timer);
      turn = Promise.withResolvers();
    },
    failure: () => failures[0],
  };
}
