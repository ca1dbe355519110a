/** A name in kebab-case as constructs are called: `service-restart` is `ServiceRestart`. */
export function pascalCase(name: string): string {
  return name.replaceAll(/(^|-)(.)/g, (_, __, letter: string) => letter.toUpperCase());
}
