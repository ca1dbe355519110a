import { expect, it } from 'vitest';
import { countUnits } from '../../../bench/units/count-units.ts';
import { readCounts } from '../../../tools/cost/counts.ts';
import { synthesise } from '../../lib/synthesised.ts';

const { stack, ...units } = readCounts();

/** What costs most, and does not change with the minute in which it is counted. */
function steady({ requests, work, schedules }: typeof units) {
  const { pipeline, execution, delivery, question } = work;
  const used = { pipeline, execution, delivery, question, poll: schedules['poll-services'] };
  const writes = Object.entries(used).map(([name, usage]) => [name, usage?.writeUnits, usage?.transitions]);
  return { writes, requests: Object.keys(requests).sort(), schedules: Object.keys(schedules).sort() };
}

it('the units that the documents compute costs from are those of the code as it is now (npm run cost:count)', async () => {
  expect(steady(await countUnits())).toEqual(steady(units));
});

it('so are alarms, secrets and consumers of queues', () => {
  const { ofType } = synthesise();
  expect(stack).toEqual({
    alarms: ofType('AWS::CloudWatch::Alarm').length,
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    secrets: ofType('AWS::SecretsManager::Secret').length,
    consumers: ofType('AWS::Lambda::EventSourceMapping').length,
  });
});
