/** A text that is no exposition. The message names the line and quotes nothing of it, since it may hold anything. */
export class BadExposition extends Error {
  override name = 'BadExposition';
  readonly line: number;
  constructor(line: number, problem: string) {
    super(`line ${line} of the metrics ${problem}`);
    this.line = line;
  }
}
