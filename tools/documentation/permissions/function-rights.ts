import { code, markdownTable } from '../markdown-table.ts';
import { callersOf } from './callers.ts';
import { isCommon } from './common-rights.ts';
import { machineName, ownName } from './readable-name.ts';
import { actionsText, type ReadStack, type Right, rightsOf, rolesOf, statementsOf } from './rights.ts';

/** A table for each stack: its functions, who calls each, and what each may do beyond what is common. */
export function functionRights(stacks: readonly ReadStack[]): string {
  return stacks.map(stackSection).join('\n\n');
}

function stackSection(stack: ReadStack): string {
  const title = stack.name === '' ? 'core' : stack.name.replace(/Domain$/, '').toLowerCase();
  const callers = callersOf(stack);
  const rows = rolesOf(stack, 'lambda').flatMap((role) => {
    const name = code(ownName(role));
    const own = statementsOf(role).filter((statement) => !isCommon(statement));
    return rightRows([name, (callers.get(`function ${name}`) ?? []).join(', ')], rightsOf(own, stack.readable));
  });
  return `### ${title}\n\n${markdownTable(['Function', 'Called by', 'May', 'On'], rows)}`;
}

/** A table of what the state machines may do. */
export function machineRights(stacks: readonly ReadStack[]): string {
  const rows = stacks.flatMap((stack) =>
    rolesOf(stack, 'states').flatMap((role) =>
      rightRows([code(machineName(role))], rightsOf(statementsOf(role), stack.readable)),
    ),
  );
  return markdownTable(['State machine', 'May', 'On'], rows);
}

/** A row for each right; whose they are stands in the first. */
function rightRows(whose: readonly string[], rights: readonly Right[]): string[][] {
  if (rights.length === 0) return [[...whose, 'nothing more', '']];
  return rights.map(({ actions, resources }, index) => [
    ...whose.map((text) => (index === 0 ? text : '')),
    actionsText(actions),
    resourcesText(resources),
  ]);
}

/** Only what calls every service has the credentials of so many. */
const manyCredentials = 20;

function resourcesText(resources: readonly string[]): string {
  const others = resources.filter((name) => !name.startsWith('credential of '));
  const isForAll = resources.length - others.length >= manyCredentials;
  return (isForAll ? ['credentials of all services', ...others] : resources).join(', ');
}
