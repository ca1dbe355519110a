import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What starts and kills processes again and again, or has one die at every write of something long. */
const killTests = [
  'test/e2e/{kill,*-kill,backup}.test.ts',
  'test/functions/{services/restart,knowledge/refresh}-killed.test.ts',
];

/** What packs the project, synthesises, compiles and bundles whole CDK apps with it, or counts what all of it uses. */
const appTests = [
  'test/lib/{package,instances}.test.ts',
  'test/docs/examples.test.ts',
  'test/tools/cost/counts.test.ts',
];

/** Waits for most of its time, and takes longer than any other. */
const longestTest = '/test/e2e/embedded.test.ts';

/** Begins with the test that takes longest, so that others run beside it. Where nothing is known of earlier runs, large files come first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => moduleId.endsWith(longestTest);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

/**
 * `fast` needs nothing but Node, and so do `kill` and `apps`, which take long for their many starts and bundles; `aws` needs an AWS endpoint, which
 * `npm run test:aws` provides; `docker` needs Linux, root and a Docker engine's program; `prometheus` needs Debian's package
 * of that name.
 */
export default defineConfig({
  test: {
    /**
     * Most of the time goes by in waiting for other processes, so no processor is kept free. `npm test` has three workers: the
     * end-to-end suite keeps one waiting for most of its time.
     */
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{aws,docker,prometheus}.test.ts', ...killTests, ...appTests],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          /** Files share what they import, which else takes half of the time; a test cleans up after itself. */
          isolate: false,
          /** So that all pipelines of the end-to-end suite run at once. */
          maxConcurrency: 20,
          /** Bundles are loaded by Node itself, as on AWS. */
          server: { deps: { external: [/\/dist\/functions-/] } },
        },
      },
      {
        test: {
          name: 'kill',
          include: killTests,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'apps',
          include: appTests,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'aws',
          include: ['test/**/*.aws.test.ts'],
          setupFiles: ['test/aws-gaps.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/**/*.docker.test.ts'],
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'prometheus',
          include: ['test/**/*.prometheus.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
    ],
  },
});
