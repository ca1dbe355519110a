import { nearestName } from './nearest-name.ts';
import type { Problem } from './setting-problems.ts';

/** What the stage `test` tells CI pipelines, one of which may deploy this. */
const variablesOfPipelines = ['OMNI_PIPELINE_ID', 'OMNI_ITERATION'];

/** Of a name with fewer letters, two others make another word: `app` is no `vpc`. */
const shortName = 6;

/**
 * Keys of the context that can only be meant for one of the settings: the same but for case, hyphens and underscores, or one
 * or two letters off. Others are CDK's or those of other constructs, as all keys with a colon or an at sign are.
 */
export function misspeltKeys(keys: readonly string[], settings: readonly string[]): Problem[] {
  return keys
    .filter((key) => !settings.includes(key) && !/[:@]/.test(key))
    .map((key) => ({ key, ...nearestName(key, settings) }))
    .filter(({ name, distance }) => distance <= (name.length < shortName ? 1 : 2))
    .map(({ key, name }) => ({ path: [key], message: `is not a setting; the nearest one is ${name}` }));
}

/** Variables of the environment that are named like settings and are none. Empty ones say nothing. */
export function unknownVariables(environment: NodeJS.ProcessEnv, variables: readonly string[]): Problem[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('OMNI_') && environment[name] !== '')
    .filter((name) => !variables.includes(name) && !variablesOfPipelines.includes(name))
    .map((name) => ({
      path: [name],
      message: `is not a setting; the nearest one is ${nearestName(name, variables).name}`,
    }));
}
