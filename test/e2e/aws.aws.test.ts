import { afterAll, beforeAll } from 'vitest';
import { type AwsSite, startAwsSite } from './aws-site.ts';
import { describeConfiguration } from './config-suite.ts';
import { describeConsumerStacks } from './consumer-stacks.ts';
import { describeKnowledge } from './knowledge-suite.ts';
import { describeMetrics } from './metrics-suite.ts';
import { describePipelines } from './pipelines-suite.ts';
import { describeRequests } from './requests-suite.ts';
import { describeServices } from './services-suite.ts';
import { describeWebhookQueues } from './webhook-queues.ts';
import { describeWebhooks } from './webhooks-suite.ts';
import { describeWorkflowDefinitions } from './workflow-definitions-suite.ts';
import { describeWorkflowHooks } from './workflow-hooks-suite.ts';
import { describeWorkflows } from './workflows-suite.ts';

let site: AwsSite;
beforeAll(async () => {
  site = await startAwsSite();
});
afterAll(() => site.close());

describeMetrics(() => site);
describeRequests(() => site);
describePipelines(() => site);
describeConsumerStacks(() => site);
describeWebhooks(() => site);
describeWebhookQueues(() => site);
describeConfiguration(() => site);
describeServices(() => site);
describeWorkflowDefinitions(() => site);
describeWorkflowHooks(() => site);
describeWorkflows(() => site);
describeKnowledge(() => site);
