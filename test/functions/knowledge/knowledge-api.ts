import { openApi, type TestApi } from '../open-api.ts';
import { type ScriptedKnowledge, scriptKnowledge } from './scripted-knowledge.ts';

/** The API before a knowledge layer that the test scripts. */
export interface KnowledgeApi extends TestApi {
  knowledge: ScriptedKnowledge;
}

/** Limits of rates that no test meets which does not ask for them. */
const roomy = 'knowledge_refresh=1000,read=1000';

export async function openKnowledgeApi(settings: Record<string, string> = {}): Promise<KnowledgeApi> {
  const api = await openApi({ settings: { RATE_LIMITS: roomy, ...settings } });
  const knowledge = scriptKnowledge();
  return {
    ...api,
    knowledge,
    async close() {
      knowledge.remove();
      await api.close();
    },
  };
}
