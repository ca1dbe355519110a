import type { Server } from 'node:http';
import type { Clock } from '../../../backend/backend.ts';
import { faultReply } from '../fault-reply.ts';
import { callFaults, type Faults } from '../faults.ts';
import { createJsonServer, type Received, type TimedReply } from '../json-server.ts';
import { createRouter } from '../router.ts';
import type { SimulatedContainers } from './containers.ts';
import { EngineRefusal } from './engine-refusal.ts';
import { engineRoutes } from './engine-routes.ts';

/** The name under which faults of the engine are asked for. */
export const engineName = 'container-engine';

interface EngineOptions {
  containers: SimulatedContainers;
  faults: Faults;
  clock: Clock;
  /** Awaited after each call that may have changed which containers run, before it is answered. */
  applyContainers: () => Promise<void>;
}

/** The HTTP server of the simulated host's engine. */
export function createEngineServer({ containers, faults, clock, applyContainers }: EngineOptions): Server {
  const find = createRouter(engineRoutes);
  return createJsonServer(async (received): Promise<TimedReply> => {
    const fault = faults.take(engineName, `${received.method} ${received.url} ${received.text}`, callFaults);
    if (fault && fault.fault !== 'answer_lost') return faultReply(fault);
    const reply = answered(received);
    if (received.method !== 'GET') await applyContainers();
    return fault ? { ...reply, isLost: true } : reply;
  });

  function answered(received: Received): TimedReply {
    const path = received.path.replace(/^\/v\d+\.\d+(?=\/)/, '');
    const match = find(received.method, path);
    if (!match) return { status: 404, body: { message: 'page not found' } };
    try {
      return match.target({ received, params: match.params, containers, nowMs: clock.now() });
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      return { status: error.status, body: { message: error.message } };
    }
  }
}
