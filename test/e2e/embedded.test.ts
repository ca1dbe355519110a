import { afterAll, beforeAll } from 'vitest';
import { describeConfiguration } from './config-suite.ts';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';
import { describeKnowledge, describeStaleSources } from './knowledge-suite.ts';
import { describeMetrics } from './metrics-suite.ts';
import { describePipelines } from './pipelines-suite.ts';
import { describeRequests } from './requests-suite.ts';
import { describeServices } from './services-suite.ts';
import { describeWebhooks } from './webhooks-suite.ts';
import { describeWorkflowDefinitions } from './workflow-definitions-suite.ts';
import { describeWorkflowHooks } from './workflow-hooks-suite.ts';
import { describeWorkflows } from './workflows-suite.ts';

let site: EmbeddedSite;
beforeAll(async () => {
  site = await startEmbeddedSite();
});
afterAll(() => site.close());

describeMetrics(() => site);
describeRequests(() => site);
describePipelines(() => site);
describeWebhooks(() => site);
describeConfiguration(() => site);
describeServices(() => site);
describeWorkflowDefinitions(() => site);
describeWorkflowHooks(() => site);
describeWorkflows(() => site);
describeStaleSources(() => site);
describeKnowledge(() => site);
