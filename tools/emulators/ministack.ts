import type { Emulator } from './emulator.ts';

const version = '1.5.33';

/** MiniStack: the stack is deployed to it, and all suites pass on it. */
export const ministack: Emulator = {
  name: 'MiniStack',
  version,
  packages: [`ministack==${version}`],
  program: 'ministack',
  launch: (port) => ({
    parameters: [],
    environment: { GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', MINISTACK_HOST: '127.0.0.1' },
  }),
  readyPath: '/_ministack/health',
  gaps: [],
};
