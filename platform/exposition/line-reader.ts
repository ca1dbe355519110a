/** Reads one line from its start to its end, never going back. */
export class LineReader {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  /** What the pattern, which must be sticky, matches here; undefined, staying, where it matches nothing. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#line)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  /** Goes over this character; false, staying, where another stands. */
  skip(character: string): boolean {
    if (!this.isAt(character)) return false;
    this.#at += 1;
    return true;
  }

  skipBlanks(): void {
    while (this.isAt(' ') || this.isAt('\t')) this.#at += 1;
  }

  isAt(character: string): boolean {
    return this.#line[this.#at] === character;
  }

  isAtEnd(): boolean {
    return this.#at >= this.#line.length;
  }

  /** The text between double quotes, its escapes resolved; undefined where no quotes begin here, or none end. */
  takeQuoted(): string | undefined {
    if (!this.isAt('"')) return undefined;
    const start = this.#at + 1;
    for (let at = start; at < this.#line.length; at += 1) {
      const character = this.#line[at];
      if (character === '\\') at += 1;
      if (character !== '"') continue;
      this.#at = at + 1;
      return unescaped(this.#line.slice(start, at));
    }
    return undefined;
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** A backslash before anything else stands for itself, as Prometheus reads it. */
function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (whole, character) => escapes[character] ?? whole) : text;
}
