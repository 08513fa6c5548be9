export type Engine = 'postgresql' | 'mysql' | 'mariadb';

/** What a secret opens, normalised: two spellings of the same database are equal as text. */
export interface Target {
  readonly engine: Engine;
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}
