import { readCatalogue } from '../../platform/read-catalogue.ts';
import { commonRights } from './permissions/common-rights.ts';
import { functionRights, machineRights } from './permissions/function-rights.ts';
import { awsPolicies, resourcePolicies } from './permissions/other-policies.ts';
import { readableIn } from './permissions/readable-name.ts';
import { synthesise } from './synthesise.ts';

/** The parts of docs/permissions.md, read off the templates of a deployment that uses everything that can be asked for. */
export function permissionSections(): Record<string, string> {
  const { stacks } = synthesise(everyRight());
  const parent = stacks[0]?.resources ?? {};
  const read = stacks.map((stack) => ({ ...stack, readable: readableIn([stack.resources, parent]) }));
  return {
    'common-permissions': commonRights(read),
    'function-permissions': functionRights(read),
    'machine-permissions': machineRights(read),
    'resource-policies': resourcePolicies(read),
    'aws-policies': awsPolicies(read),
  };
}

/** A context in which functions get every right that some deployment gives them; its values stand nowhere in the document. */
function everyRight() {
  const { services } = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));
  return {
    encryptionKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111',
    vpc: { id: 'vpc-1', availabilityZones: ['us-east-1a'], subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
    upstreamSecrets: Object.fromEntries(services.map(({ name }) => [name, `upstream/${name}`])),
    containerHostsSecret: 'container-hosts',
    hookSecret: 'hooks',
  };
}
