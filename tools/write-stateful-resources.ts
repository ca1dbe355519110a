import { writeFileSync } from 'node:fs';
import { statefulResourcesFile, statefulResourcesText } from './deployment/stateful-resources.ts';

writeFileSync(statefulResourcesFile, statefulResourcesText());
