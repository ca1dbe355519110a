import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent, Context } from 'aws-lambda';
import type { Reading } from '../../functions/core/figures.ts';
import type { AnyTask } from '../../functions/core/task.ts';
import type { LambdaHome } from './lambda.ts';
import { readingIn } from './reading-record.ts';

type LogEvents = CloudWatchLogsDecodedData['logEvents'];

/**
 * A task that takes readings as the handler of a Lambda function that a log subscription calls. A call that is repeated
 * brings the same log events, of which the batch is named. A record that only mentions a reading is none of ours; one
 * that cannot be read is told, and the others of its batch are recorded.
 */
export function readingsHandler(task: AnyTask, home: LambdaHome) {
  return middy<CloudWatchLogsEvent, void, Error, Context>()
    .use(injectLambdaContext(home.log))
    .handler(async (event: CloudWatchLogsEvent) => {
      const data = decoded(event);
      const readings = readingsIn(data.logEvents, home);
      if (readings.length > 0) await task.run({ marker: markerOf(data), readings }, home);
    });
}

function decoded({ awslogs }: CloudWatchLogsEvent): CloudWatchLogsDecodedData {
  return JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8')) as CloudWatchLogsDecodedData;
}

function readingsIn(logEvents: LogEvents, { log, backend }: LambdaHome): Reading[] {
  const nowMs = backend.clock.now();
  return logEvents.flatMap(({ id, message }) => {
    const record = readingIn(message, nowMs);
    if (record && 'unreadable' in record) {
      log.warn('a record of a reading cannot be read', { log_event_id: id, reason: record.unreadable });
    }
    return record && 'reading' in record ? [record.reading] : [];
  });
}

/**
 * Begins as no marker of other batches does; those are ids of events and of batches, with prefixes of their own. The ids of
 * log events are those of their stream: CloudWatch does not promise that another stream has others.
 */
function markerOf({ logGroup, logStream, logEvents }: CloudWatchLogsDecodedData): string {
  const names = [logGroup, logStream, ...logEvents.map(({ id }) => id)];
  return `log-${createHash('sha256').update(names.join()).digest('base64url').slice(0, 16)}`;
}
