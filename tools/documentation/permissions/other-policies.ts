import { code, markdownTable } from '../markdown-table.ts';
import { ownName } from './readable-name.ts';
import { actionsText, conditionText, type ReadStack, type Statement } from './rights.ts';

const policyTypes = ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy'];

/** A table of the policies that stand at queues, topic and bucket themselves, those alike together. */
export function resourcePolicies(stacks: readonly ReadStack[]): string {
  const statements = stacks.flatMap(({ resources, readable }) =>
    Object.values(resources)
      .filter(({ Type }) => policyTypes.includes(Type))
      .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
      .map((statement) => ({
        cells: [principalText(statement), mayText(statement), conditionText(statement, readable)],
        on: [statement.Resource].flat().map(readable),
      })),
  );
  const rows = [...Map.groupBy(statements, ({ cells }) => String(cells)).values()].map((alike) => [
    ...(alike[0]?.cells ?? []),
    [...new Set(alike.flatMap(({ on }) => on))].sort().join(', '),
  ]);
  return markdownTable(['Who', 'May', 'When', 'On'], rows);
}

function principalText({ Principal = '' }: Statement): string {
  const principals = typeof Principal === 'string' ? [Principal] : Object.values(Principal);
  return principals.map((principal) => (principal === '*' ? 'nobody' : code(principal))).join(', ');
}

function mayText({ Effect, Principal, Action }: Statement): string {
  const isForAll = JSON.stringify(Principal).includes('"*"');
  if ((Effect === 'Deny') !== isForAll) throw new Error('a policy denies something to one, or allows it to all');
  return actionsText([Action].flat());
}

/** A table of the roles that have a policy of AWS itself. */
export function awsPolicies(stacks: readonly ReadStack[]): string {
  const rows = stacks.flatMap(({ resources, readable }) =>
    Object.values(resources).flatMap((resource) => {
      const policies = (resource.Properties['ManagedPolicyArns'] ?? []) as unknown[];
      const names = policies.map((arn) => code(readable(arn).replace(/^.+:policy\//, '')));
      return names.length === 0 ? [] : [[code(ownName(resource)), names.join(', ')]];
    }),
  );
  return markdownTable(['Role', 'Policy'], rows);
}
