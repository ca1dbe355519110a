import type { StandIn } from './stand-in.ts';
import { codeForge } from './stand-ins/ci.ts';
import { aiCoderAlpha, aiCoderBeta } from './stand-ins/coding-agents.ts';
import { knowledgeBase, neo4jGraphrag, tokenInfinity, vectorMemory } from './stand-ins/context.ts';
import { backupFortress, containerManager } from './stand-ins/deployment.ts';
import { freshnessMonitor, knowledgeIngestor } from './stand-ins/ingestion.ts';
import { integrationHub } from './stand-ins/integration-hub.ts';
import { litellmProxy } from './stand-ins/models.ts';
import { observatory } from './stand-ins/observability.ts';
import { codeFortress, securityShield } from './stand-ins/quality.ts';
import { semanticCache } from './stand-ins/semantic-cache.ts';
import { sourceControl } from './stand-ins/source-control.ts';

/** The services with an API of their own here. All others answer probes and metrics only. */
export const standIns: Readonly<Record<string, StandIn>> = {
  'ai-coder-alpha': aiCoderAlpha,
  'ai-coder-beta': aiCoderBeta,
  'backup-fortress': backupFortress,
  'code-forge': codeForge,
  'code-fortress': codeFortress,
  'container-manager': containerManager,
  'freshness-monitor': freshnessMonitor,
  'integration-hub': integrationHub,
  'knowledge-base': knowledgeBase,
  'knowledge-ingestor': knowledgeIngestor,
  'litellm-proxy': litellmProxy,
  'neo4j-graphrag-api': neo4jGraphrag,
  observatory,
  'security-shield': securityShield,
  'semantic-cache': semanticCache,
  'source-control': sourceControl,
  'token-infinity': tokenInfinity,
  'vector-memory': vectorMemory,
};
