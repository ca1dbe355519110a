/** What AWS charges for, as far as the code decides it; what a price list counts is said in docs/cost.md. */
export interface Usage {
  /** DynamoDB's request units. */
  readUnits: number;
  writeUnits: number;
  /** Calls of DynamoDB, one after the other or together. */
  tableCalls: number;
  /** Step Functions' state transitions. */
  transitions: number;
  /** Calls of Lambda functions, without the authorizer's. */
  invocations: number;
  /** Events that were published to the bus. */
  events: number;
  /** Messages that came to queues, from the bus or from functions. */
  messages: number;
  /** Objects that were written to S3. */
  objectWrites: number;
}

export function noUsage(): Usage {
  return {
    readUnits: 0,
    writeUnits: 0,
    tableCalls: 0,
    transitions: 0,
    invocations: 0,
    events: 0,
    messages: 0,
    objectWrites: 0,
  };
}

/** Adds what was used to a sum. */
export function addUsage(sum: Usage, usage: Usage): void {
  for (const name of Object.keys(sum) as (keyof Usage)[]) sum[name] += usage[name];
}
