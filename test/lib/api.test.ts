import { describe, expect, it } from 'vitest';
import { contracts } from '../../functions/contracts.ts';
import { everyChoice, synthesise, type TemplateResource } from './synthesised.ts';

const standard = synthesise();
const chosen = synthesise(everyChoice);

/** Methods as `GET /health: CUSTOM`. */
function methods({ ofType, resources }: typeof standard): string[] {
  const path = (id: unknown): string => {
    const name = (id as { Ref?: string }).Ref;
    const resource = name === undefined ? undefined : resources[name];
    return resource ? `${path(resource.Properties['ParentId'])}/${resource.Properties['PathPart']}` : '';
  };
  return ofType('AWS::ApiGateway::Method').map(([, { Properties }]) => {
    const { HttpMethod, ResourceId, AuthorizationType } = Properties;
    return `${HttpMethod} ${path(ResourceId) || '/'}: ${AuthorizationType}`;
  });
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
    expect(methods(standard).sort()).toEqual([...routes, ...paths.map((path) => `ANY ${path}: CUSTOM`)].sort());
  });

  it('opens the probes only where the deployment asks for it', () => {
    expect(methods(standard)).toContain('GET /health: CUSTOM');
    expect(methods(chosen)).toContain('GET /health: NONE');
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

  it('is throttled, traced, and writes access logs but no bodies', () => {
    const [[, stage] = []] = standard.ofType('AWS::ApiGateway::Stage');
    expect(stage?.Properties).toMatchObject({
      TracingEnabled: true,
      AccessLogSetting: { DestinationArn: expect.anything() },
      MethodSettings: [{ DataTraceEnabled: false, ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 }],
    });
  });

  it('its domain speaks TLS 1.2 or newer and has its DNS record', () => {
    const [[, domain] = []] = chosen.ofType('AWS::ApiGateway::DomainName');
    expect(domain?.Properties).toMatchObject({ DomainName: 'api.example.com', SecurityPolicy: 'TLS_1_2' });
    expect(chosen.ofType('AWS::Route53::RecordSet')).toHaveLength(1);
  });
});
