/** What every function of the library takes. Nothing is printed, and nobody is asked. */
export interface Options {
  /** The name of a production profile, which has to be said. `DBCREDS_CONFIRM` counts too. */
  readonly confirm?: string;
  /** Why, for the log; some profiles want to know. */
  readonly reason?: string;
  /** `keychain`, `file`, `env` or `dotenv`. Absent: as for `dbcreds run`. */
  readonly provider?: string;
  /** Use a password that is past its age. */
  readonly allowExpired?: boolean;
  /** PostgreSQL: dial this `HOST:PORT`, the near end of a tunnel. */
  readonly via?: string;
  /** Absolute path of the folder from which `dbcreds.json` is looked for. Absent: the working directory. */
  readonly cwd?: string;
  /** In place of `process.env`; but the keychain is the one that the process's own variables lead to. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Gets what the command line would warn of, a line each. */
  readonly onWarning?: (message: string) => void;
}
