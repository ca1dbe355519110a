import type { Usage } from '../../bench/units/usage.ts';
import { taskContracts } from '../../functions/contracts.ts';
import type { Assumptions } from './assumptions.ts';
import { amount, type CostLine } from './cost-line.ts';
import type { Counts } from './counts.ts';
import { functionMs, gigabytes } from './function-time.ts';

const minutesOfMonth = 730 * 60;

/** Services that were there when it was counted; what grows with services grows from there. */
const countedServices = 37;

/** Long polls of 20 s. */
const pollsPerMinute = 3;

/** As often as functions read a secret again; see backend/aws/secrets.ts. */
const secretMinutes = 5;

/** What functions print of requests and deliveries: a count and a duration, by some four outcomes of each. */
const customMetrics = 16;

/** The bill of a month in which nobody asks for anything: the services are watched, and the schedules run. */
export function monthLines(counts: Counts, assumed: Assumptions): CostLine[] {
  const { stack } = counts;
  const scheduled = taskContracts.flatMap(({ name, trigger }) =>
    trigger.type === 'schedule' ? [scheduleOf(name, trigger, counts, assumed)] : [],
  );
  const calls = scheduled.reduce((sum, { minutes }) => sum + minutesOfMonth / minutes, 0);
  const secrets = stack.secrets + assumed.secretsMore;
  const polls = stack.consumers * assumed.idlePollers * pollsPerMinute;
  return [
    ...scheduled.flatMap((schedule) => schedule.lines),
    fixed('Lambda, calls of schedules', calls, 'lambdaCalls', 'each task once in its minutes'),
    fixed(
      'SQS, polls of empty queues',
      polls * minutesOfMonth,
      'queueRequests',
      `${stack.consumers} queues × idlePollers × 3 a minute`,
    ),
    fixed('CloudWatch, logs', (calls * assumed.taskLogBytes) / 1e9, 'logs', 'calls × taskLogBytes'),
    fixed('CloudWatch, alarms', stack.alarms, 'alarms', 'in the template'),
    fixed('CloudWatch, dashboard', stack.dashboards, 'dashboards', 'in the template'),
    fixed('CloudWatch, metrics', customMetrics, 'customMetrics', 'those of requests and deliveries, at most'),
    fixed('X-Ray', calls, 'traces', 'every call of a schedule, as they are apart'),
    fixed('Secrets Manager, secrets', secrets, 'secrets', 'in the template + secretsMore'),
    fixed(
      'Secrets Manager, reads',
      (assumed.secretsMore * minutesOfMonth) / secretMinutes,
      'secretReads',
      'secretsMore, by the scraper, every 5 minutes',
    ),
  ];
}

function fixed(what: string, quantity: number, price: CostLine['price'], formula: string): CostLine {
  return { what, quantity, formula, price };
}

interface Schedule {
  minutes: number;
  lines: CostLine[];
}

type Trigger = { everyMinutes: number; everySeconds?: 'probeIntervalSeconds' | 'scrapeIntervalSeconds' };

/** What is stored, and how long the function runs. Rounds within a minute are in one call, which waits between them. */
function scheduleOf(name: string, trigger: Trigger, counts: Counts, assumed: Assumptions): Schedule {
  const counted = counts.schedules[name];
  if (!counted) throw new Error(`Nothing was counted of ${name}; run npm run cost:count.`);
  const usage = growsWithServices.has(name) ? grown(counted, assumed.services) : counted;
  const interval = trigger.everySeconds && assumed[trigger.everySeconds];
  const minutes = name === 'fold-readings' ? foldMinutes : trigger.everyMinutes;
  const times = interval ? (minutesOfMonth * 60) / interval : minutesOfMonth / minutes;
  const waited = interval ? 60 - interval + assumed.roundMs / 1000 : 0;
  const seconds = interval ? waited * minutesOfMonth : (functionMs(usage, assumed) / 1000) * times;
  const often = `${amount(times)} times`;
  const lines: CostLine[] = [
    fixed(`${name}: reads`, usage.readUnits * times, 'tableReads', `${amount(usage.readUnits)} × ${often}`),
    fixed(`${name}: writes`, usage.writeUnits * times, 'tableWrites', `${amount(usage.writeUnits)} × ${often}`),
    fixed(
      `${name}: time`,
      seconds * gigabytes(assumed),
      'lambdaTime',
      interval
        ? `(60 − ${interval} + roundMs ÷ 1,000) s a minute × GB`
        : `${(functionMs(usage, assumed)).toFixed(0)} ms × ${often} × GB`,
    ),
  ];
  return { minutes: trigger.everyMinutes, lines: lines.filter(({ quantity }) => quantity > 0) };
}

/** Few batches wait for so long; see functions/observability/fold-readings.ts. */
const foldMinutes = 5;

const growsWithServices = new Set(['poll-services', 'scrape-services', 'fold-readings', 'inspect-containers']);

/** One write of a round is of the round itself, all else is of services. */
function grown(usage: Usage, services: number): Usage {
  const factor = services / countedServices;
  const ofServices = (number: number) => 1 + (number - 1) * factor;
  return {
    ...usage,
    readUnits: usage.readUnits * factor,
    writeUnits: usage.writeUnits === 0 ? 0 : ofServices(usage.writeUnits),
    tableCalls: ofServices(usage.tableCalls),
  };
}
