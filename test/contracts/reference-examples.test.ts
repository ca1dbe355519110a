import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { updateServiceConfigContract } from '../../functions/config/contract.ts';
import { newConfig, withChange } from '../../functions/config/service-config.ts';
import { serviceConfigView } from '../../functions/config/service-config-view.ts';
import { contracts } from '../../functions/contracts.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import { defaultRateLimits } from '../../functions/core/rate-limit.ts';
import { utcTimestamp } from '../../functions/core/schemas.ts';
import { getKnowledgeStatusContract, refreshKnowledgeContract } from '../../functions/knowledge/contract.ts';
import { getHealthContract } from '../../functions/observability/contract.ts';
import { executePipelineContract, listPipelinesContract } from '../../functions/pipelines/contract.ts';
import { referenceErrorCodes, referenceExamples, referenceRateLimits } from './reference-examples.ts';

describe('the reference example of executing a pipeline', () => {
  const { request, response } = referenceExamples.executePipeline;
  const answer = executePipelineContract.answers.accepted.body;

  it('is a valid request, taken as it stands', () => {
    expect(executePipelineContract.body.parse(request)).toEqual(request);
  });

  it('is a valid answer, as far as it goes', () => {
    const shown = answer.pick({ pipeline_id: true, status: true, stages: true, created_at: true });
    expect(shown.parse(asWeWriteIt(response))).toEqual(asWeWriteIt(response));
  });

  it('lists its stages in the order that we answer them', () => {
    expect(Object.keys(answer.shape.stages.parse({ ...asWeWriteIt(response).stages }))).toEqual(request.stages);
  });
});

describe('the reference example of configuring a service', () => {
  const { request } = referenceExamples.updateServiceConfig;

  it('is a valid request, taken as it stands', () => {
    expect(updateServiceConfigContract.body.parse(request)).toEqual(request);
  });

  it('is shown as it stands, for it holds no secret', () => {
    expect(serviceConfigView(withChange(newConfig('litellm-proxy'), request, 0)).pending).toEqual(request);
  });
});

it('the reference example of refreshing the knowledge layer is a valid request, taken as it stands', () => {
  const { request } = referenceExamples.refreshKnowledge;
  expect(refreshKnowledgeContract.body.parse(request)).toEqual({ ...request, dry_run: false });
});

it('the reference example of the knowledge layer is a valid answer, field by field', () => {
  const response = asWeWriteIt(referenceExamples.getKnowledgeStatus.response);
  const answer = z.strictObject(getKnowledgeStatusContract.answers.ok.body.shape);
  expect(answer.parse(response)).toEqual(response);
  for (const [name, component] of Object.entries(response)) {
    const { shape } = answer.shape[name as keyof typeof response];
    expect(Object.keys(shape), name).toEqual(Object.keys(component));
  }
});

it('the reference example of the health is a valid answer', () => {
  const { response } = referenceExamples.getHealth;
  expect(getHealthContract.answers.ok.body.parse(response)).toEqual(response);
});

describe('the numbers of the reference are the defaults', () => {
  it.each(Object.entries(referenceRateLimits))('rate limit of %s', (category, [limit, windowSeconds]) => {
    expect(defaultRateLimits[category as keyof typeof referenceRateLimits]).toEqual({ limit, windowSeconds });
  });

  it.each(Object.entries(referenceErrorCodes))('%s answers %i', (code, status) => {
    expect(errorCodes[code as keyof typeof referenceErrorCodes].status).toBe(status);
  });

  it('a list has 20 items unless told', () => {
    expect(listPipelinesContract.query.parse({}).limit).toBe(20);
  });
});

describe('the paths of the reference are ours', () => {
  it.each([
    'POST /api/v1/pipeline/execute',
    'GET /api/v1/pipeline/{pipeline_id}',
    'GET /api/v1/pipeline',
    'POST /api/v1/pipeline/{pipeline_id}/cancel',
    'GET /api/v1/config',
    'PATCH /api/v1/config/services/{name}',
    'POST /api/v1/knowledge/refresh',
    'GET /api/v1/knowledge/status',
    'GET /api/v1/events',
    'GET /health',
  ])('%s', (route) => {
    expect(contracts.map(({ method, path }) => `${method} ${path}`)).toContain(route);
  });
});

it('an answer whose times have no milliseconds is refused, which is why the examples are brought into our form', () => {
  expect(utcTimestamp.safeParse('2025-01-15T10:30:00Z').success).toBe(false);
  expect(z.object({ at: utcTimestamp }).safeParse(asWeWriteIt({ at: '2025-01-15T10:30:00Z' })).success).toBe(true);
});

/**
 * The example as this API writes the same facts: times with milliseconds (decisions: "UTC with milliseconds") and ids
 * that end in a ULID; the reference shortens both.
 */
function asWeWriteIt<T>(example: T): T {
  return JSON.parse(
    JSON.stringify(example)
      .replaceAll(/(T\d\d:\d\d:\d\d)Z"/g, '$1.000Z"')
      .replaceAll('"pipe_abc123"', '"pipe_01jhnkp8r2c5d3v7w9x0y1z2a3"'),
  );
}
