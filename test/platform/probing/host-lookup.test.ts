import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createHostLookup } from '../../../platform/probing/host-lookup.ts';

const address = (last: number): LookupAddress => ({ address: `10.0.0.${last}`, family: 4 });

/** A resolver whose answers the test gives, one for each question, and what was asked. */
function resolver() {
  const asked: { host: string; answer: PromiseWithResolvers<LookupAddress[]> }[] = [];
  const resolve = (host: string) => {
    const answer = Promise.withResolvers<LookupAddress[]>();
    asked.push({ host, answer });
    return answer.promise;
  };
  return { asked, resolve };
}

function ask(lookup: ReturnType<typeof createHostLookup>, host: string, options = { all: true }) {
  return new Promise<unknown>((resolve, reject) =>
    lookup(host, options, (error, found) => (error ? reject(error) : resolve(found))),
  );
}

describe('the lookup of a name', () => {
  it('that is under way is shared, and the next one asks anew', async () => {
    const { asked, resolve } = resolver();
    const lookup = createHostLookup({ resolve });
    const both = [ask(lookup, 'service'), ask(lookup, 'service', { all: false })];
    expect(asked).toHaveLength(1);
    asked[0]?.answer.resolve([address(1), address(2)]);
    expect(await Promise.all(both)).toEqual([[address(1), address(2)], '10.0.0.1']);
    const later = ask(lookup, 'service');
    asked[1]?.answer.resolve([address(3)]);
    expect(await later).toEqual([address(3)]);
  });

  it('that is late gives what was known, and what comes late is known next', async () => {
    const { asked, resolve } = resolver();
    const lookup = createHostLookup({ resolve, patienceMs: 1 });
    const first = ask(lookup, 'service');
    asked[0]?.answer.resolve([address(1)]);
    await first;
    expect(await ask(lookup, 'service')).toEqual([address(1)]);
    asked[1]?.answer.resolve([address(2)]);
    await asked[1]?.answer.promise;
    expect(await ask(lookup, 'service')).toEqual([address(2)]);
    expect(asked).toHaveLength(3);
  });

  it('that is late and was never answered is waited for', async () => {
    const { asked, resolve } = resolver();
    const lookup = createHostLookup({ resolve, patienceMs: 1 });
    const slow = ask(lookup, 'slow');
    await expect(Promise.race([slow, ask(lookup, 'slow'), Promise.resolve('waiting')])).resolves.toBe('waiting');
    asked[0]?.answer.resolve([address(1)]);
    expect(await slow).toEqual([address(1)]);
  });

  it('that is answered to be gone is gone, whatever was known', async () => {
    const { asked, resolve } = resolver();
    const lookup = createHostLookup({ resolve });
    const first = ask(lookup, 'service');
    asked[0]?.answer.resolve([address(1)]);
    await first;
    const gone = ask(lookup, 'service');
    asked[1]?.answer.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
    await expect(gone).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});

it('names that the system knows are found', async () => {
  expect(await ask(createHostLookup(), 'localhost')).toContainEqual({ address: '127.0.0.1', family: 4 });
});
