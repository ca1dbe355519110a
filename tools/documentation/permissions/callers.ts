import { code } from '../markdown-table.ts';
import type { TemplateResource } from '../whole-app.ts';
import { machineName } from './readable-name.ts';
import { type ReadStack, rolesOf, statementsOf } from './rights.ts';

type Call = [calledFunction: string, caller: string];

/** Who may call each function of a stack, by the function, all in words. */
export function callersOf(stack: ReadStack): Map<string, string[]> {
  const calls = [
    ...Object.values(stack.resources).flatMap((resource) => callsBy(resource, stack)),
    ...machineCalls(stack),
  ];
  const byFunction = Map.groupBy(calls, ([called]) => called);
  return new Map([...byFunction].map(([called, all]) => [called, all.map(([, caller]) => caller)]));
}

function callsBy({ Type, Properties }: TemplateResource, stack: ReadStack): Call[] {
  const called = () => stack.readable(Properties['FunctionName']);
  if (Type === 'AWS::Lambda::Permission') return [[called(), permittedCaller(Properties, stack)]];
  if (Type === 'AWS::Lambda::EventSourceMapping') return [[called(), stack.readable(Properties['EventSourceArn'])]];
  return [];
}

function machineCalls(stack: ReadStack): Call[] {
  return rolesOf(stack, 'states').flatMap((role) =>
    statementsOf(role)
      .filter(({ Action }) => Action === 'lambda:InvokeFunction')
      .flatMap(({ Resource }) => [Resource].flat())
      .map((called): Call => [stack.readable(called), `state machine ${code(machineName(role))}`]),
  );
}

function permittedCaller({ Principal, SourceArn }: Record<string, unknown>, stack: ReadStack): string {
  const source = stack.readable(SourceArn);
  const route = /\/v1\/([A-Z]+)(\/.*)$/.exec(source);
  if (route) return code(`${route[1]} ${route[2]?.replaceAll('*', '{…}')}`);
  if (Principal === 'events.amazonaws.com') return `schedule, ${scheduleOf(SourceArn, stack)}`;
  if (Principal === 'logs.amazonaws.com') return `log groups ${code(source.replace(/^.+:log-group:(.+):\*$/, '$1'))}`;
  return source.includes('/authorizers/') ? 'the authorizer of the API' : 'every other request to the API';
}

/** How often the rule with this ARN, which is of the stack, calls. */
function scheduleOf(arn: unknown, { resources }: ReadStack): string {
  const [id = ''] = (arn as { 'Fn::GetAtt': string[] })['Fn::GetAtt'];
  return code(String(resources[id]?.Properties['ScheduleExpression']));
}
