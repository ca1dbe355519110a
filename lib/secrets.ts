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
  encryptionKey: IKey | undefined;
  destroyOnDelete: boolean;
}

/** The bearer token and the credentials of upstream services: ids for the environment, ARNs for the policies, no values. */
export class Secrets extends Construct {
  readonly tokenArn: string;
  readonly byName: ReadonlyMap<SecretName, { id: string; arnPattern: string }>;

  constructor(scope: Construct, id: string, props: SecretsProps) {
    super(scope, id);
    const secret = props.tokenSecret ? this.existing('Token', props.tokenSecret) : this.createToken(props);
    this.tokenArn = secret.secretArn;
    const upstream = Object.entries(props.upstreamSecrets).map(([service, given]) => {
      const credential = this.existing(`Upstream-${service}`, given);
      return [`upstream/${service}` as SecretName, { id: given, arnPattern: arnPatternOf(credential) }] as const;
    });
    const token = { id: props.tokenSecret ?? secret.secretArn, arnPattern: arnPatternOf(secret) };
    this.byName = new Map([['token', token], ...upstream]);
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
