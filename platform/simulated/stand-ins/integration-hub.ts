import { hubEventRequest } from '../../upstream-apis/integration-hub.ts';
import { bodyOf, type StandIn } from '../stand-in.ts';

/** Stands in for integration-hub: takes events and passes them on to nobody. */
export const integrationHub: StandIn = {
  routes: {
    'POST /api/v1/events': (call) => {
      const row = call.accept({ kind: 'event', request: bodyOf(hubEventRequest, call) });
      return { status: 202, body: { id: `hub-${row.number}` } };
    },
  },
};
