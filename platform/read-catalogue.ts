import { readFileSync } from 'node:fs';
import { type Catalogue, InvalidCatalogue, parseCatalogue } from './catalogue.ts';

/**
 * The catalogue in a file. Throws {@link InvalidCatalogue} for a file that is no JSON or no valid catalogue, and the
 * file system's own error when it can't be read. For homes with a file system; on AWS the catalogue is bundled.
 */
export function readCatalogue(file: string | URL): Catalogue {
  const text = readFileSync(file, 'utf8');
  try {
    return parseCatalogue(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidCatalogue([`catalogue: is not JSON: ${error.message}`]);
    throw error;
  }
}
