/**
 * What a shell needs so that the README's commands go to an emulator: credentials that any value will do for, the context
 * in TRIAL, and a way to the deployed API, whose host name does not lead to an emulator.
 */
export function trialEnvironment(endpoint: string, catalogueFile: string): string {
  const context = { catalogueFile, eventSchemas: 'false', destroyOnDelete: 'true', monitorSeconds: '1' };
  const flags = Object.entries(context).map(([name, value]) => `-c ${name}=${value}`);
  return `export AWS_ENDPOINT_URL=${endpoint} AWS_ENDPOINT_URL_S3=${endpoint}
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
TRIAL='${flags.join(' ')}'
# Version 1 of the AWS CLI takes no endpoint for SQS from the environment.
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
trial_url() { echo "$1" | sed -E "s,https://([^.]+)[.][^/]+,$AWS_ENDPOINT_URL/_aws/execute-api/\\1,"; }
`;
}
