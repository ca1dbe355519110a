import { afterAll, beforeAll } from 'vitest';
import { type EmbeddedSite, startEmbeddedSite } from './embedded-site.ts';
import { describePipelines } from './pipelines-suite.ts';
import { describeRequests } from './requests-suite.ts';

let site: EmbeddedSite;
beforeAll(async () => {
  site = await startEmbeddedSite();
});
afterAll(() => site.close());

describeRequests(() => site);
describePipelines(() => site);
