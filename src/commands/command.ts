import type { Scene } from '../run/request.ts';

/** An option as a table row: `--env <name>`, `-e, --env <name>`, `--json`, `--no-test`. `<...>` takes a value. */
export interface OptionRow {
  readonly flags: string;
  readonly help: string;
}

/** Options as typed, by camel-case name: text, a list where given more than once, or a switch. */
export type Options = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

export type Stage = Pick<Scene, 'context' | 'terminal'>;

/** One command of the program. */
export interface CommandRow {
  /** `add <name>`: `<...>` must be there, `[...]` may. */
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly OptionRow[];
  readonly examples: readonly string[];
  readonly exits: string;
  /** Everything behind the first word that is not an option belongs to the child. */
  readonly stopsEarly?: boolean;
  /** Loads the command. */
  readonly load: () => Promise<Action>;
}

/** Carries a command out. @returns the exit status */
export type Action = (stage: Stage, args: readonly string[], options: Options) => Promise<number>;
