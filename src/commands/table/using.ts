import type { CommandRow, OptionRow } from '../command.ts';
import { provider } from '../run.ts';

const env: OptionRow = { flags: '-e, --env <name>', help: 'the profile (also DBCREDS_ENV)' };

/** Options of `run` that hold for one profile's use by another command too. */
const use: readonly OptionRow[] = [
  { flags: '--confirm <name>', help: 'confirm production where there is no terminal (also DBCREDS_CONFIRM)' },
  { flags: '--reason <text>', help: 'why, for the log' },
  { flags: '--read-only', help: "use the profile's readOnly profile, or a read-only session (PostgreSQL)" },
  { flags: '--via <address>', help: 'dial HOST:PORT (a tunnel); host stays the name that is verified' },
  { flags: '--allow-expired', help: 'although the password is past its age; logged' },
  provider,
];

export const connectRow: CommandRow = {
  usage: 'connect [name] [-- args...]',
  summary: "Open the database's own client: psql, mysql or mariadb",
  options: [env, ...use, { flags: '--nested', help: 'inside a run of another profile' }],
  examples: ['dbcreds connect dev', 'dbcreds connect prod --read-only -- -c "select now()"'],
  exits: "the client's own; 125 refused or failed, 127 no client found",
  load: async () => (await import('../connect.ts')).connect,
};

export const exportRow: CommandRow = {
  usage: 'export [name]',
  summary: 'Print what a run would set, password and all, for what can take it in no other way',
  options: [
    env,
    { flags: '--format <format>', help: 'dotenv (the default), shell, json, url, pgpass or my.cnf' },
    { flags: '--only <names>', help: 'only these variables, separated by commas' },
    { flags: '--url-style <style>', help: 'dialect of DATABASE_URL and of --format url' },
    ...use,
  ],
  examples: [
    'dbcreds export dev --format json | jq -r .PGPORT',
    'eval "$(dbcreds export dev --format shell)"',
    '(umask 077; dbcreds export dev --format pgpass >> ~/.pgpass)',
  ],
  exits: '0 done; 125 refused or failed',
  load: async () => (await import('../export.ts')).exportCommand,
};

export const doctorRow: CommandRow = {
  usage: 'doctor',
  summary: 'Look at this machine: keychain, clients, files, what could redirect a connection',
  options: [{ flags: '--json', help: 'print JSON' }],
  examples: ['dbcreds doctor'],
  exits: '0 no problem; 1 problems; 125 refused or failed',
  load: async () => (await import('../doctor.ts')).doctor,
};
