import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { OmniOrchestrator } from './omni-orchestrator.ts';
import { resourcesOf } from './stack-resources.ts';
import type { StackSettings } from './stack-settings.ts';

export interface OrchestratorStackProps extends StackProps {
  settings: StackSettings;
  /** As of {@link OmniOrchestrator}. */
  code?: Record<string, string>;
}

/** An orchestrator as a stack of its own, with what others need of it as outputs. */
export class OrchestratorStack extends Stack {
  constructor(scope: Construct, id: string, { settings, code, ...props }: OrchestratorStackProps) {
    super(scope, id, { description: 'Omni Orchestrator: control plane of the platform', ...props });
    /** CDK leaves `Default` out of logical ids, by which CloudFormation names functions and finds tables again. */
    const orchestrator = new OmniOrchestrator(this, 'Default', { ...resourcesOf(this, settings), settings, code });
    const outputs = {
      ApiUrl: orchestrator.apiUrl,
      DashboardUrl: orchestrator.dashboardUrl,
      EventBusArn: orchestrator.eventBus.eventBusArn,
      EventBusName: orchestrator.eventBus.eventBusName,
      EventTopicArn: orchestrator.eventTopic.topicArn,
      TokenSecretArn: orchestrator.tokenSecret.secretArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
