import { Stack } from 'aws-cdk-lib';
import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import { eventSchemas } from '../functions/events/contract.ts';

/** A registry, named as the stack, with the schema of every event type, for those who write rules and their targets. */
export class EventSchemas extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const registry = new CfnRegistry(this, 'Registry', {
      registryName: Stack.of(this).stackName,
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
