import { App } from 'aws-cdk-lib';
import { readStackSettings } from '../../lib/stack-settings.ts';

/** The settings of an app with this context, in this environment alone. */
export const read = (context: Record<string, unknown>, environment: NodeJS.ProcessEnv = {}) =>
  readStackSettings(new App({ context }).node, environment);

/** Why they are refused. */
export function problemsOf(context: Record<string, unknown>, environment: NodeJS.ProcessEnv = {}): string {
  try {
    read(context, environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The context was accepted');
}
