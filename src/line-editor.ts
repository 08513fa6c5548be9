/** How a line ended: with its text, by Ctrl-C or Ctrl-\, or by Ctrl-D on an empty line. */
export type LineEnd = { kind: 'line'; text: string } | { kind: 'interrupt' } | { kind: 'end' };

/**
 * The few keys that a line in raw mode needs: Enter, Backspace, Ctrl-U, Ctrl-W, Ctrl-C, Ctrl-D. Bytes, since a chunk may
 * end within a character; bracketed paste and arrow keys are taken out, so that they do not end up in a password.
 */
export class LineEditor {
  #bytes: number[] = [];
  #escape: number[] | undefined;
  #done = false;
  readonly #echo: (text: string) => void;
  readonly #end: (end: LineEnd) => void;

  constructor(echo: (text: string) => void, end: (end: LineEnd) => void) {
    this.#echo = echo;
    this.#end = end;
  }

  feed(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.#done) return;
      if (this.#escape) this.#escaped(byte, this.#escape);
      else this.#key(byte);
    }
  }

  #key(byte: number): void {
    if (byte === 0x0d || byte === 0x0a)
      this.#finish({ kind: 'line', text: Buffer.from(this.#bytes).toString('utf8') });
    else if (byte === 0x03 || byte === 0x1c) this.#finish({ kind: 'interrupt' });
    else if (byte === 0x04 && this.#bytes.length === 0) this.#finish({ kind: 'end' });
    else if (byte === 0x08 || byte === 0x7f) this.#backspace();
    else if (byte === 0x15) this.#clear(() => true);
    else if (byte === 0x17) this.#clear((last, first) => first || last !== 0x20);
    else if (byte === 0x1b) this.#escape = [];
    else if (byte >= 0x20 || byte === 0x09) this.#insert(byte);
  }

  /** `ESC [ parameters letter` and `ESC O letter`: swallowed up to the final byte. */
  #escaped(byte: number, seen: number[]): void {
    if (seen.length === 0 && (byte === 0x5b || byte === 0x4f)) seen.push(byte);
    else if (seen.length === 0 || (byte >= 0x40 && byte <= 0x7e)) this.#escape = undefined;
  }

  #insert(byte: number): void {
    this.#bytes.push(byte);
    // A whole character at a time, or the terminal shows halves.
    if (byte < 0x80) this.#echo(String.fromCharCode(byte));
    else {
      const text = Buffer.from(this.#bytes).toString('utf8');
      if (!text.endsWith('\ufffd')) this.#echo([...text].at(-1) ?? '');
    }
  }

  #backspace(): void {
    if (this.#bytes.length === 0) return;
    for (let byte = this.#bytes.pop() ?? 0; (byte & 0xc0) === 0x80; ) byte = this.#bytes.pop() ?? 0;
    this.#echo('\b \b');
  }

  #clear(more: (last: number | undefined, first: boolean) => boolean): void {
    for (let first = true; this.#bytes.length > 0 && more(this.#bytes.at(-1), first); first = false)
      this.#backspace();
  }

  #finish(end: LineEnd): void {
    this.#done = true;
    this.#bytes.fill(0);
    this.#end(end);
  }
}
