import { readFileSync } from 'node:fs';
import { type Catalogue, InvalidCatalogue, parseCatalogue } from './catalogue.ts';

/**
 * The catalogue in a file. Throws {@link InvalidCatalogue} for a file that cannot be read, is no JSON or no valid
 * catalogue. For homes with a file system; on AWS the catalogue is bundled.
 */
export function readCatalogue(file: string | URL): Catalogue {
  const text = read(file);
  try {
    return parseCatalogue(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidCatalogue([`catalogue: is not JSON: ${error.message}`]);
    throw error;
  }
}

function read(file: string | URL): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidCatalogue([`catalogue: cannot be read: ${(error as Error).message}`]);
  }
}
