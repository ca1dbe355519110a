import { commandsWith } from './runbook-commands.ts';

/**
 * A shell script for a deployed stack: what the runbook says where an item of a table is gone, and where a whole table has to
 * go back. The list of webhooks is printed between as `<when>: <ids>`.
 */
export function restoreTrial(): string {
  const restoreBeside = commandsWith('restore-table-to-point-in-time')
    // The mishap is to come yet.
    .replace(/--restore-date-time \S+/, '--restore-date-time "$(date -u +%FT%TZ)"');
  return `
${commandsWith('physical() {')}
URL=$(trial_url "$URL")
list() { echo "$1: $(api '/api/v1/webhooks' | jq -c '[.webhooks[].id]')"; }
lose() { api "/api/v1/webhooks/$webhook" -X DELETE; }

webhook=$(api /api/v1/webhooks -H 'Content-Type: application/json' \\
  -d '{"url": "http://omni-gitea:3000/hook", "events": ["*"]}' | jq -r .id)
echo "registered: [\\"$webhook\\"]"

${restoreBeside}
lose
list 'lost'
${commandsWith("--condition-expression 'attribute_not_exists(pk)'")}
list 'put back'

${restoreBeside}
lose
list 'lost again'
${commandsWith('gate() {')}
echo "closed: $(api /api/v1/webhooks -o /dev/null -w '%{http_code}')"
${commandsWith('create-backup')}
${commandsWith('update-time-to-live')}
${commandsWith('gate enable')}
list 'the table restored'
aws dynamodb describe-time-to-live --table-name "$table" --query TimeToLiveDescription.TimeToLiveStatus --output text
`;
}
