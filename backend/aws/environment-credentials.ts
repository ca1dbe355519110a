import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles: a Lambda function always has its role's credentials
 * in the environment, so the chain of profiles, SSO and instance metadata (over 300 kB) is never used.
 */
export const defaultProvider = fromEnv;
