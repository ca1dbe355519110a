/**
 * The only statements that may name every resource, by statement id, each with its reason. A test compares the template
 * with this list.
 */
export const wildcardReasons = {
  SendTraces: 'X-Ray has no resources to name: its two write actions take only *.',
  ManageNetworkInterfaces:
    'Lambda makes the network interfaces of a function in a VPC; their ids are not known before.',
  DeliverLogs: 'The log delivery actions of a state machine are on the account, not on a log group.',
} as const;

export type WildcardReason = keyof typeof wildcardReasons;
