import type { Emulator } from './emulator.ts';
import { ministack } from './ministack.ts';
import { moto } from './moto.ts';

/** By the name that `npm run test:aws -- --emulator <name>` takes. */
export const emulators: Record<string, Emulator> = { ministack, moto };
