import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { SecretName } from '../backend/resources.ts';
import { acknowledge } from './acknowledge.ts';

/** The class beside its interface, which it is not where `exactOptionalPropertyTypes` is on, as it is here. */
export type AnySecret = ISecret | Secret;

export interface SecretsProps {
  /** Holds the bearer token; one is made when left out. */
  tokenSecret: AnySecret | undefined;
  /** The credential of each service. */
  upstreamSecrets: Record<string, AnySecret>;
  /** Holds the certificates for container hosts. */
  containerHostsSecret: AnySecret | undefined;
  /** What senders of hooks sign with. */
  hookSecret: AnySecret | undefined;
  encryptionKey: IKey | undefined;
  destroyOnDelete: boolean;
}

/** The bearer token, the credentials of upstream services and what else is secret: ids for the environment, ARNs for the policies, no values. */
export class Secrets extends Construct {
  readonly token: AnySecret;
  readonly byName: ReadonlyMap<SecretName, { id: string; arnPattern: string }>;

  constructor(scope: Construct, id: string, props: SecretsProps) {
    super(scope, id);
    this.token = props.tokenSecret ?? this.createToken(props);
    const upstream = Object.entries(props.upstreamSecrets).map(([service, secret]) => [`upstream/${service}`, secret]);
    const given: [SecretName, AnySecret | undefined][] = [
      ['token', this.token],
      ...(upstream as [SecretName, AnySecret][]),
      ['container-hosts', props.containerHostsSecret],
      ['hooks', props.hookSecret],
    ];
    this.byName = new Map(given.flatMap(([name, secret]) => (secret ? [[name, reachOf(secret)]] : [])));
  }

  private createToken({ encryptionKey, destroyOnDelete }: SecretsProps) {
    const secret = new Secret(this, 'Token', {
      description: 'Bearer token of the Omni Orchestrator; the version before this one is valid too',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: destroyOnDelete ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      ...(encryptionKey && { encryptionKey }),
    });
    acknowledge(secret, {
      'AwsSolutions-SMG4':
        'Callers must be handed a new token, so a person rotates it by storing a new value; the old one stays valid meanwhile.',
    });
    return secret;
  }
}

/** Secrets Manager ends each ARN with six characters of its own, which a name alone does not tell. */
function reachOf({ secretName, secretArn, secretFullArn }: AnySecret): { id: string; arnPattern: string } {
  return secretFullArn
    ? { id: secretFullArn, arnPattern: secretFullArn }
    : { id: secretName, arnPattern: `${secretArn}-??????` };
}
