import { defineConfig } from 'vitest/config';

/** `fast` needs nothing but Node; `aws` needs an AWS endpoint, which `npm run test:aws` provides. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.aws.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'aws',
          include: ['test/**/*.aws.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
