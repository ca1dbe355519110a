/**
 * What a shell needs so that the README's commands go to an emulator: credentials that any value will do for, the stack's
 * settings for a trial, and a way to the deployed API, whose host name does not lead to an emulator.
 */
export function trialEnvironment(endpoint: string, catalogueFile: string): string {
  return `export AWS_ENDPOINT_URL=${endpoint} AWS_ENDPOINT_URL_S3=${endpoint}
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export OMNI_CATALOGUE_FILE='${catalogueFile}'
export OMNI_EVENT_SCHEMAS=false OMNI_DESTROY_ON_DELETE=true OMNI_MONITOR_SECONDS=1
# Version 1 of the AWS CLI takes no endpoint for SQS from the environment.
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
trial_url() { echo "$1" | sed -E "s,https://([^.]+)[.][^/]+,$AWS_ENDPOINT_URL/_aws/execute-api/\\1,"; }
`;
}
