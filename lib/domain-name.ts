import { EndpointType, type RestApi, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGateway } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';

export interface ApiDomain {
  name: string;
  /** Of the name, in the region of the API. */
  certificate: ICertificate;
  /** Where the name's DNS record is made; it is the caller's affair where left out. */
  hostedZone?: IHostedZone;
}

/** Gives the API a domain name of the deployment, and its DNS record where the hosted zone is known. */
export function addDomainName(scope: Construct, api: RestApi, domain: ApiDomain): void {
  api.addDomainName('Domain', {
    domainName: domain.name,
    certificate: domain.certificate,
    securityPolicy: SecurityPolicy.TLS_1_2,
    endpointType: EndpointType.REGIONAL,
  });
  if (!domain.hostedZone) return;
  new ARecord(scope, 'DomainRecord', {
    zone: domain.hostedZone,
    recordName: `${domain.name}.`,
    target: RecordTarget.fromAlias(new ApiGateway(api)),
  });
}
