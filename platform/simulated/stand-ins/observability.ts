import { annotationRequest } from '../../upstream-apis/observatory.ts';
import { bodyOf, type StandIn } from '../stand-in.ts';

/** Stands in for Grafana's annotations; its health is among the probes. */
export const observatory: StandIn = {
  routes: {
    'POST /api/annotations': (call) => {
      const row = call.accept({ kind: 'annotation', request: bodyOf(annotationRequest, call) });
      return { body: { id: row.number, message: 'Annotation added' } };
    },
    'GET /api/annotations': (call) => ({
      body: call.world.work.list(call.service, 'annotation').map((row) => ({
        id: row.number,
        created: row.accepted_at,
        ...annotationRequest.parse(row.request),
      })),
    }),
  },
};
