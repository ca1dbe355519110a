import type { Contract, TaskContract } from './contract.ts';

/** Where a contract's handler stands, from functions/, and under which name it is exported. One rule for both homes. */
export function endpointModule({ domain, operationId }: Pick<Contract, 'domain' | 'operationId'>) {
  return { path: `${domain}/${kebab(operationId)}.ts`, name: operationId };
}

/** Where a task's handler stands, from functions/, and under which name it is exported. */
export function taskModule({ domain, name }: Pick<TaskContract, 'domain' | 'name'>) {
  return { path: `${domain}/tasks/${name}.ts`, name: camel(name) };
}

function kebab(camelCase: string): string {
  return camelCase.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function camel(kebabCase: string): string {
  return kebabCase.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
