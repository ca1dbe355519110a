import { afterAll, beforeAll, describe } from 'vitest';
import { checkFreshnessTask } from '../../functions/knowledge/task-contracts.ts';
import { type AwsSite, startAwsSite } from './aws-site.ts';
import { describeConfiguration } from './config-suite.ts';
import { describeConsumerStacks } from './consumer-stacks.ts';
import { describeKnowledge, describeStaleSources } from './knowledge-suite.ts';
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
/** The first round of the schedule is 5 minutes after the deployment, later than the suites end. */
describe('a round of the check of freshness', () => {
  beforeAll(() => site.stack.call(checkFreshnessTask));
  describeStaleSources(() => site);
});
describeKnowledge(() => site);
