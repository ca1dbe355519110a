import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Json, StateMachine } from '../../backend/backend.ts';

/** What an adapter brings so that the state machine suite can prove it. */
export interface StateMachineHarness {
  name: string;
  /** A machine that runs this definition, which has no tasks. */
  open(definition: Record<string, unknown>): Promise<OpenStateMachine>;
}

export interface OpenStateMachine {
  machine: StateMachine;
  close(): Promise<void>;
}

const patience = { timeout: 30_000, interval: 20 };

/** Waits as long as its input says, then fails where the input asks for it, or tells when it started or who it is. */
const definition = {
  StartAt: 'Wait as told',
  States: {
    'Wait as told': { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Choose the end' },
    'Choose the end': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.fails', BooleanEquals: true, Next: 'Fail' },
        { Variable: '$.tells_start', IsPresent: true, Next: 'Tell when' },
      ],
      Default: 'Tell who',
    },
    'Tell who': {
      Type: 'Pass',
      Parameters: { 'name.$': '$$.Execution.Name', 'input.$': '$$.Execution.Input' },
      End: true,
    },
    'Tell when': { Type: 'Pass', Parameters: { 'started_at.$': '$$.Execution.StartTime' }, End: true },
    Fail: { Type: 'Fail', Error: 'StageBroke', Cause: 'it was asked for' },
  },
};

/** Declares the tests of what the StateMachine port promises: one execution for each name, and its fate for who asks. */
export function describeStateMachine(harness: StateMachineHarness): void {
  describe(`state machine of ${harness.name}`, () => {
    let opened: OpenStateMachine;
    beforeAll(async () => {
      opened = await harness.open(definition);
    });
    afterAll(() => opened.close());
    const newName = () => `pipe_${randomUUID()}`;
    async function outcomeOf(name: string) {
      return vi.waitFor(async () => {
        const execution = await opened.machine.describe(name);
        expect(execution?.status).not.toBe('RUNNING');
        return execution;
      }, patience);
    }

    it('an execution runs, then has succeeded with its output, and knows its name and input', async () => {
      const name = newName();
      const input = { seconds: 1, fails: false, text: 'Grüße 👋', list: [1, null, ''] };
      await opened.machine.start(name, input);
      expect(await opened.machine.describe(name)).toEqual({ status: 'RUNNING' });
      const execution = await outcomeOf(name);
      expect(execution?.status).toBe('SUCCEEDED');
      expect(execution?.output).toEqual({ name, input });
    });

    it('an execution knows when it started', async () => {
      const name = newName();
      await opened.machine.start(name, { seconds: 0, fails: false, tells_start: true });
      const output = (await outcomeOf(name))?.output as Record<string, Json>;
      expect(Math.abs(Date.parse(String(output['started_at'])) - Date.now())).toBeLessThan(60_000);
    });

    it('a failed execution tells its error', async () => {
      const name = newName();
      await opened.machine.start(name, { seconds: 0, fails: true });
      expect(await outcomeOf(name)).toEqual({ status: 'FAILED', error: 'StageBroke' });
    });

    it('starting a running execution again does not run it twice', async () => {
      const name = newName();
      const input = { seconds: 1, fails: false };
      await Promise.all(Array.from({ length: 5 }, () => opened.machine.start(name, input)));
      await opened.machine.start(name, input);
      expect((await outcomeOf(name))?.status).toBe('SUCCEEDED');
    });

    it('starting a finished execution again leaves it as it ended', async () => {
      const name = newName();
      const input = { seconds: 0, fails: false };
      await opened.machine.start(name, input);
      const first = await outcomeOf(name);
      await opened.machine.start(name, input);
      expect(await opened.machine.describe(name)).toEqual(first);
    });

    it('executions of different names run side by side', async () => {
      const names = Array.from({ length: 8 }, newName);
      await Promise.all(names.map((name) => opened.machine.start(name, { seconds: 0, fails: false, name })));
      const outcomes = await Promise.all(names.map(outcomeOf));
      expect(outcomes).toMatchObject(names.map((name) => ({ status: 'SUCCEEDED', output: { name } })));
    });

    it('a name that was never started is undefined', async () => {
      expect(await opened.machine.describe(newName())).toBeUndefined();
    });
  });
}
