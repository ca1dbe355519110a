import { writeFileSync } from 'node:fs';
import { synthesise } from '../tools/documentation/synthesise.ts';
import { countUnits } from './units/count-units.ts';

/** `npm run cost:count`: counts anew what docs/cost.md is computed from. `npm run docs` then brings it into the document. */
const { ofType } = synthesise();
const stack = {
  alarms: ofType('AWS::CloudWatch::Alarm').length,
  dashboards: ofType('AWS::CloudWatch::Dashboard').length,
  secrets: ofType('AWS::SecretsManager::Secret').length,
  consumers: ofType('AWS::Lambda::EventSourceMapping').length,
};
const counts = { ...(await countUnits()), stack };
writeFileSync(new URL('../tools/cost/counts.json', import.meta.url), `${JSON.stringify(counts, null, 2)}\n`);
