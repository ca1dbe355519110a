import { runIngest } from '../../functions/pipelines/tasks/run-ingest.ts';
import { samplePipelineRequest } from '../pipelines/sample-request.ts';
import type { CountedSite } from './counted-site.ts';
import type { Usage } from './usage.ts';

/** What it takes to ask once more about a stage whose work is not done: one call of its function. */
export async function countQuestion(site: CountedSite): Promise<Usage> {
  const body = Buffer.from(JSON.stringify(samplePipelineRequest('slow')));
  const headers = { 'content-type': 'application/json' };
  const { answer } = await site.request('executePipeline', { headers, body });
  const { pipeline_id } = JSON.parse(answer.body);
  const call = { pipeline_id, iteration: 1 };
  await site.runTask(runIngest, call);
  const question = await site.runTask(runIngest, call);
  const isQuestion = question.writeUnits > 0 && question.events === 0;
  if (!isQuestion) throw new Error('The stage was not at work when it was asked about.');
  return question;
}
