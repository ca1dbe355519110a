import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'observatory';

/** What the orchestrator calls of observatory (Grafana). */
export const observatory = {
  annotate: (body: AnnotationRequest): UpstreamCall<AnnotationCreated> => ({
    service,
    method: 'POST',
    path: '/api/annotations',
    body,
    schema: annotationCreated,
  }),
  getHealth: (): UpstreamCall<GrafanaHealth> => ({
    service,
    method: 'GET',
    path: '/api/health',
    schema: grafanaHealth,
  }),
};

/** Times are epoch ms; both make it a region instead of a line. */
export const annotationRequest = z.object({
  text: z.string().min(1),
  tags: z.array(z.string()).optional(),
  time: z.int().optional(),
  timeEnd: z.int().optional(),
});

const annotationCreated = z.object({ id: z.int(), message: z.string() });

const grafanaHealth = z.object({ database: z.string(), version: z.string() });

export type AnnotationRequest = z.infer<typeof annotationRequest>;
export type AnnotationCreated = z.infer<typeof annotationCreated>;
export type GrafanaHealth = z.infer<typeof grafanaHealth>;
