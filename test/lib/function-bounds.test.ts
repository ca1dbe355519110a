import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { asDeployed } from '../../lib/as-deployed.ts';
import { OmniOrchestrator } from '../../lib/omni-orchestrator.ts';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import { everyChoice, noBundles, synthesise } from './synthesised.ts';

/** Everything that can be chosen, and a secret for every service of the catalogue. */
const { services } = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));
const withSecrets = (idOf: (service: string) => string) =>
  synthesise({
    ...everyChoice,
    upstreamSecrets: Object.fromEntries(services.map(({ name }) => [name, idOf(name)])),
  });
const { ofType } = withSecrets((service) => `omni/${service}`);

describe('with a secret for every service', () => {
  it.each(ofType('AWS::Lambda::Function'))(
    '%s has far less than the 4 KB of environment that Lambda takes',
    (_, lambda) => {
      const { Variables = {} } = (lambda.Properties['Environment'] ?? {}) as { Variables?: Record<string, unknown> };
      const bytes = Buffer.byteLength(JSON.stringify(asDeployed(Variables)));
      expect(bytes).toBeLessThan(3500);
    },
  );

  it.each(ofType('AWS::IAM::Role'))('%s has no more policy of its own than the 10,240 characters of IAM', (_, role) => {
    const policies = (role.Properties['Policies'] ?? []) as { PolicyDocument: unknown }[];
    const texts = policies.map(({ PolicyDocument }) =>
      JSON.stringify(asDeployed(PolicyDocument)).replaceAll(/\s/g, ''),
    );
    expect(texts.join('').length).toBeLessThan(10_240);
  });

  it('is refused before the deployment where ARNs make an environment too large, with the way out', () => {
    const arnOf = (service: string) =>
      `arn:aws:secretsmanager:ap-southeast-1:111122223333:secret:omni/${service}-a1b2c3`;
    expect(() => withSecrets(arnOf)).toThrow(
      /^The environment of the function "[a-z-]+" has about \d{4} bytes, and Lambda takes 4096\. Give upstreamSecrets names/,
    );
  });

  it('counts secrets of the app as long as their ARNs become, which stand in no template yet', () => {
    const app = new App();
    const platform = new Stack(app, 'Platform');
    const upstreamSecrets = Object.fromEntries(services.map(({ name }) => [name, new Secret(platform, name)]));
    const control = new Stack(app, 'Control');
    expect(() => new OmniOrchestrator(control, 'Orchestrator', { code: noBundles, upstreamSecrets })).toThrow(
      /^The environment of the function/,
    );
  });
});
