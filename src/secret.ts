import { sameBytes } from './digest.ts';

/**
 * A password or key that nothing prints by accident: `String()`, `JSON.stringify`, template strings, `util.inspect` and
 * `console.log` all show `[secret]`. The value leaves by {@link Secret.reveal} alone, so `grep reveal` lists every use.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Only for the child's environment, a server, a store, or an output that the user asked for. */
  reveal(): string {
    return this.#value;
  }

  get isEmpty(): boolean {
    return this.#value === '';
  }

  /** Whether both hold the same bytes, compared in constant time for equal lengths. */
  equals(other: Secret): boolean {
    return sameBytes(Buffer.from(this.#value), Buffer.from(other.reveal()));
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}

// Not a class member: a computed name cannot be inferred under `isolatedDeclarations`.
Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: () => '[secret]',
});
