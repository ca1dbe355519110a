import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { machines } from '../../backend/resources.ts';
import { taskContracts } from '../../functions/contracts.ts';
import { type MachineState, machineFiles, readDefinition, readText, statesOf } from './definitions.ts';

it('every machine has its file, and every file its machine', () => {
  expect(machineFiles.sort()).toEqual(machines.map((name) => `${name}.asl.json`).sort());
});

/** The package has no types of its own that TypeScript finds. */
const validateAsl: (definition: object) => { isValid: boolean; errors: object[] } = createRequire(import.meta.url)(
  'asl-validator',
);

/** Seconds of the longest wait that one timer of the embedded home can hold: 24 days. */
const waitSecondsMax = 24 * 24 * 3600;

describe.each(machineFiles)('%s stays in the subset that both homes run alike', (file) => {
  const definition = readDefinition(file);
  const states = statesOf(definition);
  const ofType = (type: string) => states.filter(([, state]) => state.Type === type);
  const each = (type: string, check: (state: MachineState, name: string) => void) => {
    for (const [name, state] of ofType(type)) check(state, name);
  };

  it('is valid ASL once its placeholders stand for functions', () => {
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:x';
    const substituted = JSON.parse(readText(file).replaceAll(/\$\{\w+\}/g, arn));
    const { isValid, errors } = validateAsl(substituted);
    expect(errors.map((error) => JSON.stringify(error))).toEqual([]);
    expect(isValid).toBe(true);
  });

  it('is JSONPath only, without JSONata, Assign, heartbeats or $$.State', () => {
    expect(readText(file)).not.toMatch(/JSONata|"QueryLanguage"|"Assign"|"Arguments"|"Output"|Heartbeat|\$\$\.State/);
  });

  it('uses only types that both homes run, and maps inline', () => {
    for (const [name, state] of states) {
      expect(['Task', 'Choice', 'Wait', 'Pass', 'Succeed', 'Fail', 'Map', 'Parallel'], name).toContain(state.Type);
      expect(state.ItemProcessor?.ProcessorConfig?.Mode ?? 'INLINE', name).toBe('INLINE');
    }
  });

  it('gives every task a time limit above that of its function', () => {
    const limits = new Map<string, number>(
      taskContracts.flatMap(({ trigger, timeoutMs }) =>
        'placeholder' in trigger ? [[`\${${trigger.placeholder}}`, timeoutMs] as const] : [],
      ),
    );
    each('Task', ({ Resource: resource = '', TimeoutSeconds: seconds = 0 }, name) => {
      expect(seconds * 1000, name).toBeGreaterThan(limits.get(resource) ?? Number.POSITIVE_INFINITY);
    });
  });

  it('retries every task whatever the error, a bounded number of times, backing off', () => {
    each('Task', ({ Retry: retry }, name) => {
      expect(retry?.at(-1)?.ErrorEquals, name).toEqual(['States.ALL']);
      expect(retry?.at(-1)?.MaxAttempts, name).toBeGreaterThanOrEqual(1);
      expect(retry?.at(-1)?.MaxDelaySeconds, name).toBeLessThanOrEqual(60);
    });
  });

  it('catches whatever every task throws and keeps its input; only the last may fail the execution', () => {
    each('Task', ({ Catch: catches, End: isEnd }, name) => {
      if (isEnd) return;
      expect(catches?.at(-1)?.ErrorEquals, name).toEqual(['States.ALL']);
      expect(JSON.stringify(catches), name).toContain('"ResultPath":"$.');
    });
  });

  it('has no falsy result of a Pass, which the interpreter drops', () => {
    each('Pass', (state, name) => {
      if ('Result' in state) expect(state.Result, name).toBeTruthy();
    });
  });

  it('waits for seconds that are told or bounded', () => {
    each('Wait', ({ Seconds: seconds, SecondsPath: path }, name) => {
      if (path === undefined) expect(seconds, name).toBeLessThanOrEqual(waitSecondsMax);
      else expect(path, name).toMatch(/^\$\.[\w.]+$/);
    });
  });

  it('has a default for every choice', () => {
    each('Choice', ({ Default: otherwise }, name) => {
      expect(
        states.map(([each]) => each),
        name,
      ).toContain(otherwise);
    });
  });

  it('holds placeholders only as whole resources, exactly those of the task contracts', () => {
    const inResources = states.flatMap(([, { Resource: resource }]) => (resource === undefined ? [] : [resource]));
    const everywhere = [...readText(file).matchAll(/"[^"]*\$\{[^"]*"/g)].map(([text]) => JSON.parse(text));
    expect(everywhere.sort()).toEqual([...inResources].sort());
    const machine = file.replace('.asl.json', '');
    const ofContracts = taskContracts.flatMap(({ trigger }) =>
      trigger.type === 'state-machine' && trigger.machine === machine ? [`\${${trigger.placeholder}}`] : [],
    );
    expect([...new Set(inResources)].sort()).toEqual(ofContracts.sort());
  });

  it('says in a comment why it is as it is', () => {
    expect(readDefinition(file)).toHaveProperty('Comment');
  });
});
