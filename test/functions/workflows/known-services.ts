import { type Catalogue, parseCatalogue } from '../../../platform/catalogue.ts';

const names = ['api', 'neo4j-graphrag-api', 'security-shield', 'ai-coder-alpha'];

/** A catalogue of services that workflows of tests call. */
export const catalogue: Catalogue = parseCatalogue({
  services: names.map((name) => ({
    name,
    container: `c-${name}`,
    port: 80,
    tier: 'Test',
    critical: false,
    depends_on: [],
    probe: '/health',
  })),
});
