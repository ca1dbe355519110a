/** What another CDK app imports; docs/deployment.md says how. */
export type { ApiDomain } from './domain-name.ts';
export type { PlatformNetwork } from './endpoint-function.ts';
export { OmniOrchestrator, type OmniOrchestratorProps } from './omni-orchestrator.ts';
export type { GivenSettings } from './orchestrator-settings.ts';
