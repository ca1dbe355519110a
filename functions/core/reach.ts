import type { Access } from '../../backend/resources.ts';
import { AccessNotDeclared } from '../../backend/restricted.ts';
import type { Receivers } from '../../platform/receivers/receivers.ts';
import type { Home } from './endpoint.ts';

/** What a home can reach beside its backend and the APIs of the platform's services. */
type Reach = Pick<Home, 'prober' | 'containers' | 'receivers'>;

type PartialReach = { [Name in keyof Reach]?: Reach[Name] | undefined };

/** The reach of a function with this access; the rest throws {@link AccessNotDeclared}, as no network would let it through. */
export function restrictReach(
  reach: PartialReach,
  { probes, containers, receivers }: Pick<Access, 'probes' | 'containers' | 'receivers'>,
): Reach {
  return {
    prober: (probes && reach.prober) || undeclaredProber,
    containers: (containers && reach.containers) || undeclaredContainers,
    receivers: (reach.receivers && allowedOf(reach.receivers, receivers)) || undeclaredReceivers,
  };
}

function allowedOf(receivers: Receivers, access: Access['receivers']): Receivers | undefined {
  if (access === 'post') return receivers;
  return access && { ...undeclaredReceivers, refusalOf: (url) => receivers.refusalOf(url) };
}

const probesUndeclared = async () => {
  throw new AccessNotDeclared('The function does not declare that it probes services.');
};

const undeclaredProber: Reach['prober'] = { probe: probesUndeclared, begun: probesUndeclared };

const undeclaredContainers: Reach['containers'] = {
  engineOf() {
    throw new AccessNotDeclared('The function does not declare that it reaches container hosts.');
  },
};

const undeclaredReceivers: Reach['receivers'] = {
  refusalOf: async () => {
    throw new AccessNotDeclared('The function does not declare that it checks receivers.');
  },
  post: async () => {
    throw new AccessNotDeclared('The function does not declare that it posts to receivers.');
  },
};
