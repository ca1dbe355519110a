import { code, markdownTable } from '../markdown-table.ts';
import { ownName } from './readable-name.ts';
import {
  actionsText,
  conditionText,
  type ReadStack,
  rightsOf,
  rolesOf,
  type Statement,
  statementsOf,
} from './rights.ts';

/** Services whose actions many functions may use alike, so that they have one table instead of a row in each. */
const services = ['logs', 'xray', 'ec2', 'kms'];

/** Whether the table of what functions have in common shows it. */
export function isCommon({ Action }: Statement): boolean {
  return services.includes([Action].flat()[0]?.split(':')[0] ?? '');
}

/** A table of what many functions may do alike, with who they are. */
export function commonRights(stacks: readonly ReadStack[]): string {
  const roles = stacks.flatMap((stack) => rolesOf(stack, 'lambda').map((role) => ({ role, ...stack })));
  const holdings = roles.flatMap(({ role, readable }) =>
    statementsOf(role)
      .filter(isCommon)
      .flatMap((statement) =>
        rightsOf([statement], readable).map(({ actions, resources }) => ({
          cells: [actionsText(actions), resources.join(', '), conditionText(statement, readable)],
          holder: ownName(role),
        })),
      ),
  );
  const all = roles.map(({ role }) => ownName(role));
  const rows = [...Map.groupBy(holdings, ({ cells }) => String(cells)).values()].map((alike) => [
    ...(alike[0]?.cells ?? []),
    whoText(
      alike.map(({ holder }) => holder),
      all,
    ),
  ]);
  return markdownTable(['May', 'On', 'Only if', 'Functions'], rows);
}

/** Who holds something, said the shorter way. */
function whoText(holders: readonly string[], all: readonly string[]): string {
  const others = all.filter((name) => !holders.includes(name));
  if (others.length === 0) return 'all';
  return others.length < holders.length ? `all but ${others.map(code).join(', ')}` : holders.map(code).join(', ');
}
