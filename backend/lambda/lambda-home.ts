import { createLog } from '../../functions/core/log.ts';
import { readFunctionSettings } from '../../functions/core/settings.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import { type AwsPorts, awsBackend } from '../aws/aws-backend.ts';
import type { LambdaHome } from './lambda.ts';

/** What one Lambda function has: the adapters given, and the catalogue that was checked and inlined when it was built. */
export function lambdaHome(ports: AwsPorts, catalogue: Catalogue): LambdaHome {
  const settings = readFunctionSettings(process.env);
  const log = createLog(settings.logLevel);
  return { backend: awsBackend(ports), settings, log, catalogue, startedMs: Date.now() };
}
