import type { PlacedUnits } from './dynamo-units.ts';

/** Units that were used in one partition. */
export interface Heat {
  /** The table, and its index after a slash. */
  place: string;
  partition: string;
  reads: number;
  writes: number;
}

export interface TableHeat {
  add(placed: PlacedUnits & { kind: 'read' | 'write' }): void;
}

/** Adds up what is used, by partition, until it is taken. */
export function openHeat() {
  const heats = new Map<string, Heat>();
  return {
    of: (table: string): TableHeat => ({
      add({ index, partition, units, kind }) {
        const place = index === undefined ? table : `${table}/${index}`;
        const key = JSON.stringify([place, partition]);
        const heat = heats.get(key) ?? { place, partition, reads: 0, writes: 0 };
        heat[kind === 'read' ? 'reads' : 'writes'] += units;
        heats.set(key, heat);
      },
    }),
    /** What was used since it was taken last. */
    take(): Heat[] {
      const taken = [...heats.values()];
      heats.clear();
      return taken;
    },
  };
}
