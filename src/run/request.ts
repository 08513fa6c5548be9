import type { Context } from '../context.ts';
import type { UrlStyle } from '../profiles/profile.ts';
import type { Terminal } from '../terminal.ts';

/** `dbcreds run` as it was typed. */
export interface RunRequest {
  /** Each `NAME` or `NAME:PREFIX_`; empty where `DBCREDS_ENV` or a default decides. */
  readonly envs: readonly string[];
  /** The command and its arguments. */
  readonly command: readonly string[];
  readonly provider?: string | undefined;
  readonly confirm?: string | undefined;
  readonly allowExpired?: boolean;
  /** Names of the only variables to set. */
  readonly only?: readonly string[];
  readonly pristine?: boolean;
  readonly urlStyle?: UrlStyle | undefined;
  readonly envFile?: string | undefined;
  readonly verify?: boolean;
  readonly readOnly?: boolean;
  readonly via?: string | undefined;
  readonly nested?: boolean;
  readonly reason?: string | undefined;
  readonly dryRun?: boolean;
  /** The client is started so that it reads no option file but ours. */
  readonly ownOptionFile?: boolean;
  /** Another command that the guards judge as a run: its first words. */
  readonly typed?: string;
}

/** What every step of a run works with. */
export interface Scene {
  readonly context: Context;
  readonly terminal: Terminal;
  readonly request: RunRequest;
}
