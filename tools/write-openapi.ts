import { writeFileSync } from 'node:fs';
import { contracts } from '../functions/contracts.ts';
import { openapiDocument } from '../functions/core/openapi.ts';

writeFileSync('openapi.json', `${JSON.stringify(openapiDocument(contracts), null, 2)}\n`);
