import { readFileSync } from 'node:fs';
import * as z from 'zod';

const datasource = z.object({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{datasource\}$/) });
const gridPos = z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1).max(24), h: z.int().min(1) });
const shown = z.object({
  id: z.int(),
  type: z.enum(['stat', 'timeseries', 'state-timeline']),
  title: z.string().min(1),
  datasource,
  gridPos,
  targets: z
    .array(z.object({ refId: z.string(), datasource, expr: z.string().min(1), legendFormat: z.string().min(1) }))
    .min(1),
  fieldConfig: z.object({ defaults: z.object({}), overrides: z.array(z.unknown()) }),
  options: z.object({}),
});
const row = z.object({ id: z.int(), type: z.literal('row'), title: z.string().min(1), gridPos });

/** Of Grafana's dashboards what ours consists of; nothing in it belongs to one Grafana, such as the id of a data source. */
const dashboardSchema = z.object({
  uid: z.string().max(40),
  title: z.string(),
  schemaVersion: z.int().min(36),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({
    list: z.tuple([
      z.object({ name: z.literal('datasource'), type: z.literal('datasource'), query: z.literal('prometheus') }),
      z.object({ name: z.literal('job'), type: z.literal('query'), datasource, definition: z.string() }),
    ]),
  }),
  panels: z.array(z.discriminatedUnion('type', [row, shown])),
});

export type Dashboard = z.infer<typeof dashboardSchema>;

/** The dashboard as it is committed; throws where Grafana would not find what it needs. */
export function readDashboard(): Dashboard {
  return dashboardSchema.parse(JSON.parse(readFileSync('docs/grafana/omni-orchestrator.json', 'utf8')));
}

/** Its queries, each with the text that names its curves. */
export function queriesOf({ panels }: Dashboard): { title: string; expr: string; legendFormat: string }[] {
  return panels.flatMap((panel) =>
    'targets' in panel ? panel.targets.map((target) => ({ title: panel.title, ...target })) : [],
  );
}
