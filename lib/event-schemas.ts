import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import { eventSchemas } from '../functions/events/contract.ts';

/** A registry with the schema of every event type, for those who write rules and their targets. */
export class EventSchemas extends Construct {
  /** The name is unique in the account and region, and has at most 64 characters. */
  constructor(scope: Construct, id: string, { registryName }: { registryName: string }) {
    super(scope, id);
    const registry = new CfnRegistry(this, 'Registry', {
      registryName,
      description: 'Events of the Omni Orchestrator',
    });
    for (const { type, name, summary, document } of eventSchemas()) {
      new CfnSchema(this, type, {
        registryName: registry.attrRegistryName,
        schemaName: name,
        type: 'JSONSchemaDraft4',
        content: JSON.stringify(document),
        description: summary,
      });
    }
  }
}
