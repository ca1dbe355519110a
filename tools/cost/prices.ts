/** What AWS asks for something, before discounts and what is free each month. */
export interface Price {
  usd: number;
  /** For so many of the unit. */
  per: number;
  unit: string;
  /** Where it was read, and when that page was written or seen. */
  source: string;
  /** Who says so: AWS itself, others who quote it, or nobody that could be found, so that it is from memory. */
  saidBy: 'AWS' | 'others' | 'nobody found';
}

const million = 1_000_000;

/** List prices of us-east-1, as of November 2026. The one place where prices stand; change them for another region. */
export const prices = {
  apiRequests: {
    usd: 3.5,
    per: million,
    unit: 'requests of a REST API',
    source: 'AWS whitepaper on private APIs, cost optimization, table 4; a guide of 2026 says the same',
    saidBy: 'AWS',
  },
  lambdaCalls: {
    usd: 0.2,
    per: million,
    unit: 'calls of a function',
    source: 'AWS whitepaper "How AWS Pricing Works", Lambda',
    saidBy: 'AWS',
  },
  lambdaTime: {
    usd: 0.0000133334,
    per: 1,
    unit: 'GB-seconds on Arm, less than 7.5 billion a month',
    source: 'guides of 2024 and of May 2026 that quote the pricing page',
    saidBy: 'others',
  },
  tableReads: {
    usd: 0.125,
    per: million,
    unit: 'read request units, on demand',
    source: 'guides of July 2025, after the prices were halved in November 2024',
    saidBy: 'others',
  },
  tableWrites: {
    usd: 0.625,
    per: million,
    unit: 'write request units, on demand',
    source: 'guides of July 2025, after the prices were halved in November 2024',
    saidBy: 'others',
  },
  transitions: {
    usd: 0.025,
    per: 1000,
    unit: 'state transitions, standard workflows',
    source: 'AWS pricing page of Step Functions',
    saidBy: 'AWS',
  },
  busEvents: {
    usd: 1,
    per: million,
    unit: 'custom events of up to 64 KB',
    source: 'guides of June 2026 that quote the pricing page',
    saidBy: 'others',
  },
  topicMessages: {
    usd: 0.5,
    per: million,
    unit: 'messages published to a standard topic; deliveries to SQS are free',
    source: 'a guide of June 2026 that quotes the pricing page',
    saidBy: 'others',
  },
  topicFiltering: {
    usd: 0.09,
    per: 1,
    unit: 'GB of messages that a filter on the body looked at',
    source: 'none',
    saidBy: 'nobody found',
  },
  queueRequests: {
    usd: 0.4,
    per: million,
    unit: 'requests of up to 64 KB to a standard queue',
    source: 'a guide of March 2026 that quotes the pricing page',
    saidBy: 'others',
  },
  fairQueueRequests: {
    usd: 0.5,
    per: million,
    unit: 'the same for messages with a group: 0.10 more for fairness',
    source: 'a guide of March 2026 that quotes the pricing page',
    saidBy: 'others',
  },
  objectWrites: {
    usd: 0.005,
    per: 1000,
    unit: 'PUT requests to S3 Standard',
    source: 'none',
    saidBy: 'nobody found',
  },
  logs: {
    usd: 0.5,
    per: 1,
    unit: 'GB of logs taken in',
    source: 'a guide of June 2026 that quotes the pricing page',
    saidBy: 'others',
  },
  traces: {
    usd: 5,
    per: million,
    unit: 'traces recorded',
    source: 'AWS pricing page of X-Ray',
    saidBy: 'AWS',
  },
  alarms: {
    usd: 0.1,
    per: 1,
    unit: 'alarms of one metric for a month',
    source: 'a price table for Terraform resources, 2026',
    saidBy: 'others',
  },
  dashboards: {
    usd: 3,
    per: 1,
    unit: 'dashboards for a month',
    source: 'a guide of June 2026 that quotes the pricing page',
    saidBy: 'others',
  },
  customMetrics: {
    usd: 0.3,
    per: 1,
    unit: 'custom metrics for a month',
    source: 'a guide of February 2026 that quotes the pricing page',
    saidBy: 'others',
  },
  secrets: {
    usd: 0.4,
    per: 1,
    unit: 'secrets for a month',
    source: 'a guide that quotes the pricing page, without a date',
    saidBy: 'others',
  },
  secretReads: {
    usd: 0.05,
    per: 10_000,
    unit: 'calls of Secrets Manager',
    source: 'a guide that quotes the pricing page, without a date',
    saidBy: 'others',
  },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof prices;
