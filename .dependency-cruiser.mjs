/** Imports point one way; docs/architecture.md says why. */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Types may refer to each other; modules that run may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unknown-packages',
      comment: '`aws-lambda` is a package of types alone.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
    {
      name: 'functions-stand-on-ports',
      comment: 'A function knows the ports, never an adapter, an AWS client, CDK or the simulated platform.',
      severity: 'error',
      from: { path: '^functions/' },
      to: {
        path: '^(lib|bin|backend/(aws|embedded|lambda)|platform/simulated)/|node_modules/(@aws-sdk|aws-cdk-lib|constructs)/',
      },
    },
    {
      name: 'lib-reads-contracts-not-handlers',
      severity: 'error',
      from: { path: '^(lib|bin/app\\.ts)' },
      to: { path: '^functions/', pathNot: '(^functions/contracts\\.ts|/contract\\.ts|/core/[a-z-]+\\.ts)$' },
    },
    {
      name: 'domains-meet-at-contracts',
      comment: 'A domain uses another only through its contract.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/.+' },
      to: { path: '^functions/([^/]+)/.+', pathNot: '^functions/($1|core)/|/contract\\.ts$' },
    },
    {
      name: 'core-knows-no-domain',
      severity: 'error',
      from: { path: '^functions/core/' },
      to: { path: '^functions/(?!core/)' },
    },
    {
      name: 'ports-know-no-adapter',
      severity: 'error',
      from: { path: '^backend/[^/]+\\.ts$' },
      to: { path: '^backend/.+/' },
    },
    {
      name: 'adapters-know-no-function',
      comment: 'What joins functions to adapters is the home: backend/lambda on AWS, bin/embedded on one machine.',
      severity: 'error',
      from: { path: '^backend/(aws|embedded)/' },
      to: { path: '^(functions|platform|lib|bin|backend/lambda)/' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
