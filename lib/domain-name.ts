import { EndpointType, type RestApi, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGateway } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { StackSettings } from './stack-settings.ts';

/** Gives the API a domain name of the deployment, and its DNS record where the hosted zone is known. */
export function addDomainName(scope: Construct, api: RestApi, domain: NonNullable<StackSettings['domain']>): void {
  api.addDomainName('Domain', {
    domainName: domain.name,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', domain.certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
    endpointType: EndpointType.REGIONAL,
  });
  if (!domain.hostedZone) return;
  const { id: hostedZoneId, name: zoneName } = domain.hostedZone;
  new ARecord(scope, 'DomainRecord', {
    zone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName }),
    recordName: `${domain.name}.`,
    target: RecordTarget.fromAlias(new ApiGateway(api)),
  });
}
