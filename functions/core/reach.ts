import type { Access } from '../../backend/resources.ts';
import { AccessNotDeclared } from '../../backend/restricted.ts';
import type { Home } from './endpoint.ts';

/** What of the platform a home can reach beside its services' APIs. */
type Reach = Pick<Home, 'prober' | 'containers'>;

type PartialReach = { [Name in keyof Reach]?: Reach[Name] | undefined };

/** The reach of a function with this access; the rest throws {@link AccessNotDeclared}, as no network would let it through. */
export function restrictReach(
  reach: PartialReach,
  { probes, containers }: Pick<Access, 'probes' | 'containers'>,
): Reach {
  return {
    prober: (probes && reach.prober) || undeclaredProber,
    containers: (containers && reach.containers) || undeclaredContainers,
  };
}

const undeclaredProber: Reach['prober'] = {
  probe: async () => {
    throw new AccessNotDeclared('The function does not declare that it probes services.');
  },
};

const undeclaredContainers: Reach['containers'] = {
  engineOf() {
    throw new AccessNotDeclared('The function does not declare that it reaches container hosts.');
  },
};
