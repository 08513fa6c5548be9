// What the manual page says beyond the table of commands.

type Rows = readonly (readonly [name: string, text: string])[];

export const what: readonly string[] = [
  "dbcreds takes the credential of a database from the keychain, checks that it has not expired, makes production ask and TLS hold, and becomes the command, with DATABASE_URL and the variables of the database's own clients in its environment. The password is in no file, no command line and no log. PostgreSQL, MySQL and MariaDB.",
  "A profile describes a database without its password: in the project's dbcreds.json, which is committed with the code, or in the user's own profiles.json. A record (the password, its dates, its target) lies in the keychain, in a file that age encrypted, or in the environment of a job.",
  'What is wrong is told with a code in brackets and the command that mends it. When a step fails, nothing is started.',
];

/** Every variable that we read. `<NAME>`: the profile in upper case, "-" as "_". */
export const variables: Rows = [
  ['DBCREDS_ENV', 'the profile, where --env is absent'],
  ['DBCREDS_<NAME>_URL', "a whole connection URL, the password in it: the env provider's credential"],
  [
    'DBCREDS_<NAME>_PASSWORD',
    'or the password alone; in production DBCREDS_<NAME>_TARGET must say where it belongs',
  ],
  ['DBCREDS_<NAME>_TARGET', 'what that password opens: postgresql://user@host:port/database'],
  ['DBCREDS_<NAME>_SET_AT', 'when it was set: 2026-08-14, ISO 8601, or seconds since the epoch'],
  [
    'DBCREDS_<NAME>_URL_FILE, _PASSWORD_FILE, _TARGET_FILE, _SET_AT_FILE',
    'a file that holds the value, as container secrets are',
  ],
  ['DBCREDS_<NAME>_SEAL', 'what "dbcreds trust NAME --print" printed, for a job without a terminal'],
  ['DBCREDS_CONFIRM', 'confirms production where there is no terminal: the name of the profile'],
  ['DBCREDS_AGE_KEY', 'the key of the encrypted file: AGE-SECRET-KEY-1...'],
  ['DBCREDS_AGE_KEY_FILE', 'a file that holds the key'],
  ['DBCREDS_ACTIVE', 'set for the command: the profiles that it runs with'],
  [
    'DBCREDS_DEBUG',
    'tells the steps and names on standard error, and where an error came from; never a value',
  ],
];

export const files: Rows = [
  [
    'dbcreds.json',
    "the project's profiles: the nearest one upwards, never past the git root or the home folder",
  ],
  ['~/.config/dbcreds/profiles.json', "the user's own profiles, and overrides of a project's"],
  ['~/.local/share/dbcreds/trust.json', 'which places may use which record'],
  ['~/.local/share/dbcreds/credentials.age', 'the encrypted file of the file provider'],
  ['~/.local/state/dbcreds/runs.jsonl', 'the log of runs: names, targets and outcomes, no secret'],
  ['~/.cache/dbcreds', 'files for clients, without secrets'],
];

export const status: Rows = [
  ['0', 'done'],
  ['1', 'of check, test, doctor, import, init, setup and rotate --all: some were not well'],
  ['125', 'dbcreds refused or failed; nothing was started'],
  ['126', 'the command was found and cannot be executed'],
  ['127', 'the command was not found'],
  ["the command's own", "of run and connect, whose command's status and signals are its own"],
];

export const examples: readonly (readonly [text: string, ...lines: string[]])[] = [
  [
    'Paste a connection URL, and run a program with it:',
    'dbcreds add dev',
    'dbcreds run --env dev -- npm start',
  ],
  [
    'A query in production, and a new password there:',
    'dbcreds run -e prod -- psql -c "select now()"',
    'dbcreds rotate prod',
  ],
  [
    'A job without a terminal:',
    'export DBCREDS_PROD_URL_FILE=/run/secrets/prod_url',
    'export DBCREDS_CONFIRM=prod',
    'dbcreds run --env prod -- npm run migrate:up',
  ],
  ['Completion:', 'dbcreds completion bash > ~/.local/share/bash-completion/completions/dbcreds'],
];

export const seeAlso: readonly string[] = ['psql(1)', 'mysql(1)', 'mariadb(1)', 'age(1)', 'secret-tool(1)'];
