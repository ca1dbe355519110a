import { type Backend, systemClock } from '../backend.ts';

/** The adapters of one function, each made on first use. What its contract's access does not name is left out. */
export type AwsPorts = {
  [Port in keyof Omit<Backend, 'clock'>]?: () => Backend[Port];
};

/**
 * The backend of one Lambda function. Adapters are passed in rather than imported here, so that a bundle holds only the
 * AWS clients that the function uses. Reaching for a port that was not given throws, naming it.
 */
export function awsBackend(ports: AwsPorts): Backend {
  const made: Partial<Backend> = {};

  function port<Port extends keyof AwsPorts>(name: Port): Backend[Port] {
    const make = ports[name] as (() => Backend[Port]) | undefined;
    if (!make) throw new Error(`The function's access does not name the port "${name}"`);
    const adapter = made[name] ?? make();
    Object.assign(made, { [name]: adapter });
    return adapter as Backend[Port];
  }

  return {
    table: (name) => port('table')(name),
    queue: (name) => port('queue')(name),
    machine: (name) => port('machine')(name),
    get bus() {
      return port('bus');
    },
    get objects() {
      return port('objects');
    },
    get secrets() {
      return port('secrets');
    },
    clock: systemClock,
  };
}
