/** A template that could not be replaced. The message is for the workflow's author: it names the path, never the value. */
export class TemplateFailure extends Error {
  override name = 'TemplateFailure';
  /** As the template writes it: `event.commits.0.id`. */
  readonly path: string;

  constructor(path: string, why: string) {
    super(`{{${path}}} ${why}`);
    this.path = path;
  }
}

/** There is nothing at the template's path, and it has no default. */
export class MissingValue extends TemplateFailure {
  override name = 'MissingValue';

  constructor(path: string) {
    super(path, 'has no value');
  }
}

/** There is a value, but it cannot stand where the template stands. */
export class UnusableValue extends TemplateFailure {
  override name = 'UnusableValue';
}
