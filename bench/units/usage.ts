/** What AWS charges for: DynamoDB's request units, and Step Functions' state transitions. */
export interface Usage {
  readUnits: number;
  writeUnits: number;
  transitions: number;
}

export function noUsage(): Usage {
  return { readUnits: 0, writeUnits: 0, transitions: 0 };
}
