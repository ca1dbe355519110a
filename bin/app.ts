import { App } from 'aws-cdk-lib';
import { OrchestratorStack } from '../lib/orchestrator-stack.ts';
import { readStackSettings } from '../lib/stack-settings.ts';

const app = new App();
try {
  const settings = readStackSettings(app.node);
  new OrchestratorStack(app, settings.stackName, { settings });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
