import { aiObservability } from '../../../platform/upstream-apis/ai-observability.ts';
import { logNexus } from '../../../platform/upstream-apis/log-nexus.ts';
import { observatory } from '../../../platform/upstream-apis/observatory.ts';
import type { Stage, StageWork } from '../stage-work.ts';

/** Marks the rollout in the dashboards and watches the observability services for the set time; the first that is not well ends it. */
export const monitor: Stage = async (work) => {
  const { branch } = work.pipeline.request.config;
  const text = `Pipeline ${work.pipeline.id} rolled out ${work.repository} (${branch})`;
  const annotation = { text, tags: ['omni-orchestrator', 'deployment'], time: work.run.startedMs };
  await work.once(
    'annotate',
    async () => (await work.tell('annotate', observatory.annotate(annotation))).id,
    (id) => `The rollout is marked in the dashboards as annotation ${id}.`,
  );
  const watched = await work.until(
    'watched',
    async () => {
      const reasons = await complaints(work);
      const watchedMs = work.nowMs - work.run.startedMs;
      const isOver = watchedMs >= work.settings.monitorSeconds * 1000;
      return reasons.length > 0 || isOver ? { reasons, watched_ms: watchedMs } : undefined;
    },
    ({ reasons, watched_ms }) => `Watched for ${watched_ms} ms: ${reasons.length} complaints.`,
  );
  await work.keep('monitoring.json', 'application/json', JSON.stringify(watched, null, 2));
  return { reasons: watched.reasons, result: { watched_ms: watched.watched_ms } };
};

async function complaints(work: StageWork): Promise<string[]> {
  const [grafana, langfuse] = await Promise.all([
    work.read(observatory.getHealth()),
    work.read(aiObservability.getHealth()),
    work.read(logNexus.getReadiness()),
  ]);
  return [
    ...(grafana.database === 'ok' ? [] : [`observatory reports its database as ${grafana.database}.`]),
    ...(langfuse.status === 'OK' ? [] : [`ai-observability reports ${langfuse.status}.`]),
  ];
}
