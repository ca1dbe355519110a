/** Ends a call of the engine with its own form of an error. */
export class EngineRefusal extends Error {
  override name = 'EngineRefusal';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
