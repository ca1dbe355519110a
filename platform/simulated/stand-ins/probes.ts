import type { Route } from '../stand-in.ts';

/** What each product answers on its own liveness path, by service; the platform's own services share one answer. */
export const probes: Record<string, Route> = {
  'backup-fortress': () => ({ body: { ProgramState: 'Running', ActiveTask: null, LastEventID: 1 } }),
  'security-nexus': () => ({ body: { initialized: true, sealed: false, standby: false, version: '1.18.3' } }),
  ollama: () => ({ body: { models: [{ name: 'llama3.1:8b', size: 4_920_753_328 }] } }),
  'litellm-proxy': () => ({
    body: { healthy_endpoints: [{ model: 'gpt-4o' }], unhealthy_endpoints: [], healthy_count: 1, unhealthy_count: 0 },
  }),
  'build-forge': () => ({ body: { version: 'v2.18.0', external_url: 'https://github.com/coder/coder' } }),
  'code-forge': () => ({ status: 204 }),
  'code-fortress': () => ({ body: { id: 'simulated', version: '10.7.0', status: 'UP' } }),
  'container-manager': () => ({ body: { Version: '2.21.4', InstanceID: 'simulated' } }),
  'workflow-engine': () => ({ body: { status: 'ok' } }),
  observatory: () => ({ body: { commit: 'simulated', database: 'ok', version: '11.4.0' } }),
  'gateway-sentinel': () => ({ body: 'OK' }),
  'vector-memory': () => ({ body: 'healthz check passed' }),
  'ai-observability': () => ({ body: { status: 'OK', version: '2.95.0' } }),
  'knowledge-base': () => ({ body: { ok: true } }),
  'object-store': () => ({}),
  'source-control': () => ({ body: { status: 'pass', description: 'Gitea (simulated)', checks: {} } }),
  authentication: () => ({ status: 204 }),
  'log-nexus': () => ({ body: 'ready\n' }),
  'neural-network': () => ({ body: { version: '7.0.0', success: true } }),
};
