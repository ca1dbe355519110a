import { describeContainerEngine } from '../../suites/container-engine-suite.ts';
import { memoryEngine } from './memory-engine.ts';

const names = Array.from({ length: 50 }, (_, index) => `service-${index}`);

describeContainerEngine({
  name: 'the engine in memory',
  async open() {
    const seed = { env: ['MODE=image', 'REGION=somewhere'] };
    const engine = memoryEngine(Object.fromEntries(names.map((name) => [name, seed])));
    const free = names.values();
    return { engine, newContainer: async () => free.next().value ?? 'none is left', close: async () => undefined };
  },
});
