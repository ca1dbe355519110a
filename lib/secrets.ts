import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { SecretName } from '../backend/resources.ts';
import { acknowledge } from './acknowledge.ts';

export interface SecretsProps {
  /** Name or ARN of the secret that holds the bearer token; one is made when left out. */
  tokenSecret: string | undefined;
  /** Service to name or ARN of its credential's secret. */
  upstreamSecrets: Record<string, string>;
  /** Name or ARN of the secret that holds the certificates for container hosts. */
  containerHostsSecret: string | undefined;
  /** Name or ARN of the secret that senders of hooks sign with. */
  hookSecret: string | undefined;
  encryptionKey: IKey | undefined;
  destroyOnDelete: boolean;
}

/** The bearer token, the credentials of upstream services and what else is secret: ids for the environment, ARNs for the policies, no values. */
export class Secrets extends Construct {
  readonly tokenArn: string;
  readonly byName: ReadonlyMap<SecretName, { id: string; arnPattern: string }>;

  constructor(scope: Construct, id: string, props: SecretsProps) {
    super(scope, id);
    const secret = props.tokenSecret ? this.existing('Token', props.tokenSecret) : this.createToken(props);
    this.tokenArn = secret.secretArn;
    const given: [SecretName, string][] = [
      ...Object.entries(props.upstreamSecrets).map(([service, id]): [SecretName, string] => [
        `upstream/${service}`,
        id,
      ]),
      ...(props.containerHostsSecret ? [['container-hosts', props.containerHostsSecret] as [SecretName, string]] : []),
      ...(props.hookSecret ? [['hooks', props.hookSecret] as [SecretName, string]] : []),
    ];
    const others = given.map(([name, id]) => {
      const found = this.existing(name.replace('upstream/', 'Upstream-'), id);
      return [name, { id, arnPattern: arnPatternOf(found) }] as const;
    });
    const token = { id: props.tokenSecret ?? secret.secretArn, arnPattern: arnPatternOf(secret) };
    this.byName = new Map([['token', token], ...others]);
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

  private existing(id: string, nameOrArn: string): Named {
    return nameOrArn.startsWith('arn:')
      ? Secret.fromSecretCompleteArn(this, id, nameOrArn)
      : Secret.fromSecretNameV2(this, id, nameOrArn);
  }
}

type Named = Pick<ISecret, 'secretArn'> & { secretFullArn?: string | undefined };

/** Secrets Manager ends each ARN with six characters of its own, which a name alone does not tell. */
function arnPatternOf(secret: Named): string {
  return secret.secretFullArn ?? `${secret.secretArn}-??????`;
}
