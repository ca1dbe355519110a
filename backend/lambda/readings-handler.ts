import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent, Context } from 'aws-lambda';
import * as z from 'zod';
import { figureKinds, type Reading } from '../../functions/core/figures.ts';
import type { AnyTask } from '../../functions/core/task.ts';
import { readingField } from './emf-meter.ts';
import type { LambdaHome } from './lambda.ts';

/**
 * A task that takes readings as the handler of a Lambda function that a log subscription calls. A call that is repeated
 * brings the same log events, of whose ids the batch is named. A record that only mentions the field is none of ours.
 */
export function readingsHandler(task: AnyTask, home: LambdaHome) {
  return middy<CloudWatchLogsEvent, void, Error, Context>()
    .use(injectLambdaContext(home.log))
    .handler(async (event: CloudWatchLogsEvent) => {
      const { logEvents } = decoded(event);
      const readings = logEvents.flatMap(({ message }) => readingIn(message) ?? []);
      if (readings.length > 0) await task.run({ marker: markerOf(logEvents), readings }, home);
    });
}

function decoded({ awslogs }: CloudWatchLogsEvent): CloudWatchLogsDecodedData {
  return JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8')) as CloudWatchLogsDecodedData;
}

const reading = z.object({
  kind: z.enum(figureKinds),
  subject: z.string().min(1).max(200),
  atMs: z.int().positive(),
  figures: z.record(z.string(), z.number()),
});

/** The reading of a log record, undefined where it holds none. */
export function readingIn(message: string): Reading | undefined {
  const record = parsed(message);
  const field =
    typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[readingField] : null;
  return typeof field === 'string' ? reading.safeParse(parsed(field)).data : undefined;
}

/** A line that is not JSON, such as what the runtime prints itself, is no record. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function markerOf(logEvents: CloudWatchLogsDecodedData['logEvents']): string {
  const ids = logEvents.map(({ id }) => id).join();
  return createHash('sha256').update(ids).digest('base64url').slice(0, 16);
}
