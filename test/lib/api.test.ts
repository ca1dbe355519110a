import { describe, expect, it } from 'vitest';
import { contracts } from '../../functions/contracts.ts';
import type { TemplateResource } from '../../tools/documentation/whole-app.ts';
import { everyChoice, synthesise, withDomain } from './synthesised.ts';

const standard = synthesise();
const chosen = synthesise(everyChoice);

/** The methods of the API, each with its name, `GET /health`, and its properties. */
function methods({ ofType }: typeof standard) {
  const resources = Object.fromEntries(ofType('AWS::ApiGateway::Resource'));
  const path = (id: unknown): string => {
    const name = (id as { Ref?: string }).Ref;
    const resource = name === undefined ? undefined : resources[name];
    return resource ? `${path(resource.Properties['ParentId'])}/${resource.Properties['PathPart']}` : '';
  };
  return ofType('AWS::ApiGateway::Method').map(([, { Properties }]) => ({
    name: `${Properties['HttpMethod']} ${path(Properties['ResourceId']) || '/'}`,
    Properties,
  }));
}

/** Methods as `GET /health: CUSTOM`. */
function authorizations(synthesised: typeof standard): string[] {
  return methods(synthesised).map(({ name, Properties }) => `${name}: ${Properties['AuthorizationType']}`);
}

const responses = new Map(
  standard
    .ofType('AWS::ApiGateway::GatewayResponse')
    .map(([, { Properties }]) => [Properties['ResponseType'], Properties]),
);

describe('the API', () => {
  it('has the routes of the contracts, and answers anything else itself, all behind the token but what is open', () => {
    const routes = contracts.map(
      ({ method, path, auth }) => `${method} ${path}: ${auth === 'none' ? 'NONE' : 'CUSTOM'}`,
    );
    const paths = [...new Set(contracts.map(({ path }) => path)), '/', '/{proxy+}'];
    expect(authorizations(standard).sort()).toEqual([...routes, ...paths.map((path) => `ANY ${path}: CUSTOM`)].sort());
  });

  it.each(contracts)('may call the function of $method $path from that method, and from no other', (contract) => {
    const name = `${contract.method} ${contract.path}`;
    const method = methods(standard).find((each) => each.name === name)?.Properties ?? {};
    const { Uri } = method['Integration'] as { Uri: unknown };
    const permissions = standard
      .ofType('AWS::Lambda::Permission')
      .map(([, { Properties }]) => Properties)
      .filter(({ FunctionName }) => JSON.stringify(Uri).includes(JSON.stringify(FunctionName)));
    const caller = `/v1/${contract.method}${contract.path.replaceAll(/\{[^}]+\}/g, '*')}`;
    expect(permissions).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: expect.anything(),
        Principal: 'apigateway.amazonaws.com',
        SourceArn: { 'Fn::Join': ['', expect.arrayContaining([method['RestApiId'], caller])] },
      },
    ]);
  });

  it('opens the probes only where the deployment asks for it', () => {
    expect(authorizations(standard)).toContain('GET /health: CUSTOM');
    expect(authorizations(chosen)).toContain('GET /health: NONE');
  });

  it.each([
    { type: 'UNAUTHORIZED', status: '401', code: 'UNAUTHORIZED' },
    { type: 'MISSING_AUTHENTICATION_TOKEN', status: '404', code: 'NOT_FOUND' },
    { type: 'REQUEST_TOO_LARGE', status: '413', code: 'PAYLOAD_TOO_LARGE' },
    { type: 'THROTTLED', status: '429', code: 'RATE_LIMITED' },
    { type: 'DEFAULT_5XX', status: undefined, code: 'INTERNAL' },
  ])('what API Gateway answers to $type is the envelope with $code', ({ type, status, code }) => {
    const response = responses.get(type) as TemplateResource['Properties'];
    expect(response['StatusCode']).toBe(status);
    const templates = response['ResponseTemplates'] as Record<string, string>;
    expect(JSON.parse(templates['application/json'] ?? '')).toEqual({
      error: { code, message: expect.any(String), request_id: '$context.requestId' },
    });
    expect(response['ResponseParameters']).toMatchObject({
      'gatewayresponse.header.x-request-id': 'context.requestId',
      'gatewayresponse.header.cache-control': "'no-store'",
    });
  });

  it('a 401 asks for a bearer token', () => {
    expect(responses.get('UNAUTHORIZED')?.['ResponseParameters']).toMatchObject({
      'gatewayresponse.header.www-authenticate': "'Bearer'",
    });
  });

  it('asks the authorizer again after a minute, so that a token which was taken away is refused soon', () => {
    const authorizers = standard.ofType('AWS::ApiGateway::Authorizer').map(([, { Properties }]) => Properties);
    expect(authorizers).toMatchObject([{ AuthorizerResultTtlInSeconds: 60 }]);
  });

  it('is throttled, traced, and writes access logs but no bodies', () => {
    const [[, stage] = []] = standard.ofType('AWS::ApiGateway::Stage');
    expect(stage?.Properties).toMatchObject({
      TracingEnabled: true,
      AccessLogSetting: {
        DestinationArn: expect.anything(),
        Format: expect.stringContaining('"principal":"$context.authorizer.principalId"'),
      },
      MethodSettings: [{ DataTraceEnabled: false, ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 }],
    });
  });

  it('its domain speaks TLS 1.2 or newer and has its DNS record', () => {
    const { ofType } = synthesise(withDomain);
    const [[, domain] = []] = ofType('AWS::ApiGateway::DomainName');
    expect(domain?.Properties).toMatchObject({ DomainName: 'api.example.com', SecurityPolicy: 'TLS_1_2' });
    expect(ofType('AWS::Route53::RecordSet')).toHaveLength(1);
  });

  it('is refused a domain where it is private, which would fail in the midst of a deployment', () => {
    expect(() => synthesise({ ...everyChoice, ...withDomain })).toThrow(/domain: cannot lead to a private API/);
  });
});
