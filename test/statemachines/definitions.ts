import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../statemachines/', import.meta.url);

/** A parsed ASL file, as far as the tests look into it. */
export interface MachineDefinition {
  StartAt: string;
  States: Record<string, MachineState>;
}

export interface MachineState {
  Type: string;
  Comment?: string;
  Resource?: string;
  TimeoutSeconds?: number;
  Seconds?: number;
  SecondsPath?: string;
  Result?: unknown;
  ResultPath?: string;
  Retry?: { ErrorEquals: string[]; IntervalSeconds: number; MaxAttempts: number; MaxDelaySeconds?: number }[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Choices?: { Next: string }[];
  Default?: string;
  Next?: string;
  End?: boolean;
  ItemProcessor?: MachineDefinition & { ProcessorConfig?: { Mode?: string } };
}

/** Every state with its name, those inside a Map included. */
export function statesOf({ States: states }: Pick<MachineDefinition, 'States'>): [string, MachineState][] {
  return Object.entries(states).flatMap(([name, state]) => [
    [name, state],
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor) : []),
  ]);
}

export const machineFiles = readdirSync(folder).filter((name) => name.endsWith('.asl.json'));

export function readText(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

export function readDefinition(file: string): MachineDefinition {
  return JSON.parse(readText(file));
}
