import type { FigureKind, Figures, Reading } from '../../../functions/core/figures.ts';
import { newId } from '../../../functions/core/ids.ts';
import { recordReadings } from '../../../functions/observability/record-readings.ts';
import { openApi, type TestApi } from '../open-api.ts';

/** An API whose measurements are stored when the test says so. */
export interface MeasuredApi extends TestApi {
  /** Stores what was measured until now, in two processes: each of them has a part. */
  store(): Promise<void>;
  /** Stores a reading of now. */
  measure(kind: FigureKind, subject: string, figures: Figures): Promise<void>;
}

export async function openMeasuredApi(settings: Record<string, string> = {}): Promise<MeasuredApi> {
  const api = await openApi({ settings });
  const { home } = api;
  const record = (readings: Reading[]) => recordReadings(home.backend, newId('batch', home.clock.now()), readings);
  return {
    ...api,
    async store() {
      const readings = home.readings.splice(0);
      const [odd, even] = [1, 0].map((rest) => readings.filter((_, index) => index % 2 === rest));
      await Promise.all([record(odd ?? []), record(even ?? [])]);
    },
    measure: (kind, subject, figures) => record([{ kind, subject, figures, atMs: home.clock.now() }]),
  };
}
