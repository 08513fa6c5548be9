import type { CommandRow, OptionRow } from './command.ts';
import { provider, runRow } from './run.ts';

const env: OptionRow = { flags: '-e, --env <name>', help: 'the profile (also DBCREDS_ENV)' };
const json: OptionRow = { flags: '--json', help: 'print JSON' };
/** What defines a profile. */
const fields: readonly OptionRow[] = [
  { flags: '--host <host>', help: 'host name, address or socket path' },
  { flags: '--port <port>', help: 'port (5432, 3306)' },
  { flags: '--database <name>', help: 'database' },
  { flags: '--username <name>', help: 'login (also --user)' },
  { flags: '--user <name>', help: 'login' },
  { flags: '--type <engine>', help: 'postgresql, mysql or mariadb (also --engine)' },
  { flags: '--engine <engine>', help: 'postgresql, mysql or mariadb' },
  { flags: '--production', help: 'this is production: ask before each run, verify TLS' },
  { flags: '--tls <mode>', help: 'disable, require, verify-ca or verify-full; probed where left out' },
  { flags: '--tls-ca <file>', help: 'PEM file of the CA' },
  { flags: '--tls-cert <file>', help: 'PEM file of a client certificate' },
  { flags: '--tls-key <file>', help: 'PEM file of its key' },
  { flags: '--tls-because <text>', help: 'why production may do with less than verify-full' },
  {
    flags: '--host-address <address>',
    help: 'dial this address; host stays the name that the certificate carries',
  },
  { flags: '--expires <span>', help: 'how long a password may live: 90d, 12h, none' },
  { flags: '--expires-days <days>', help: 'the same in days' },
  { flags: '--url-style <style>', help: 'dialect of DATABASE_URL' },
  { flags: '--credential <name>', help: 'share the stored password of this profile' },
  { flags: '--description <text>', help: 'for people' },
];
const ends = '0 done; 125 refused or failed';

/** Every command. The help, the parser and the checks are made from this table. */
export const commands: readonly CommandRow[] = [
  runRow,
  {
    usage: 'add <name>',
    summary: 'Add a profile, or the password that one lacks',
    options: [
      ...fields,
      { flags: '--url-stdin', help: 'read a whole connection URL from stdin' },
      { flags: '--password-stdin', help: 'read the password from stdin' },
      { flags: '--no-test', help: 'store without having logged in' },
      { flags: '--global', help: 'put the profile into your own profiles.json' },
      provider,
    ],
    examples: [
      'dbcreds add dev',
      'dbcreds add prod --production --expires 90d',
      'printf %s "$URL" | dbcreds add ci --url-stdin',
    ],
    exits: ends,
    load: async () => (await import('./add.ts')).add,
  },
  {
    usage: 'list',
    summary: 'List the profiles: how old their passwords are, how long they last, where they are kept',
    options: [json],
    examples: ['dbcreds list'],
    exits: ends,
    load: async () => (await import('./list.ts')).list,
  },
  {
    usage: 'show [name]',
    summary: 'Show one profile; never the password, but for --reveal',
    options: [
      env,
      json,
      { flags: '--reveal', help: 'print the password, on a terminal, after asking' },
      provider,
    ],
    examples: ['dbcreds show prod'],
    exits: ends,
    load: async () => (await import('./show.ts')).show,
  },
  {
    usage: 'remove [name]',
    summary: 'Delete a stored password',
    options: [
      { flags: '--profile', help: 'delete the definition too' },
      { flags: '--all', help: 'delete every stored password of yours, for someone who leaves' },
      { flags: '--yes', help: 'do not ask' },
      provider,
    ],
    examples: ['dbcreds remove staging', 'dbcreds remove --all'],
    exits: ends,
    load: async () => (await import('./remove.ts')).remove,
  },
  {
    usage: 'check',
    summary: 'Tell which passwords are expired or about to be',
    options: [{ flags: '--within <span>', help: 'count what expires within this time too: 14d' }, json],
    examples: ['dbcreds check --within 14d'],
    exits: '0 all is well; 1 some expired, or are unfinished; 125 not all could be asked',
    load: async () => (await import('./check.ts')).check,
  },
  {
    usage: 'test [name]',
    summary: 'Log in, and name the cause where that fails',
    options: [env, { flags: '--via <address>', help: 'dial HOST:PORT for this test' }, json, provider],
    examples: ['dbcreds test prod'],
    exits: '0 logged in; 1 the login failed; 125 refused or failed before',
    load: async () => (await import('./test.ts')).test,
  },
  {
    usage: 'update <name>',
    summary: 'Change the stored password, or what the profile says; never the server',
    options: [
      { flags: '--password', help: 'ask for a new password, hidden, and log in with it before it is stored' },
      { flags: '--password-stdin', help: 'read it from stdin' },
      { flags: '--url-stdin', help: 'read a whole connection URL of the same target from stdin' },
      ...fields,
      { flags: '--no-test', help: 'change it without having logged in' },
      {
        flags: '--global',
        help: "change it for yourself, in your own profiles.json, not in the project's file",
      },
      provider,
    ],
    examples: ['dbcreds update prod --password', 'dbcreds update prod --expires 90d'],
    exits: ends,
    load: async () => (await import('./update.ts')).update,
  },
  {
    usage: 'rotate [name]',
    summary: 'Change a password on the server and here, so that a crash at any moment locks nobody out',
    options: [
      env,
      { flags: '--all', help: 'every profile with a stored password' },
      { flags: '--due <span>', help: 'with --all: those that expire within this time: 14d' },
      { flags: '--dry-run', help: 'log in, and show the steps and statements; change nothing' },
      {
        flags: '--finish',
        help: 'only finish earlier rotations: what was cut off, old passwords, commands to tell',
      },
      {
        flags: '--grace <span>',
        help: 'have the server take the old password too for this time (MySQL, MariaDB)',
      },
      { flags: '--terminate', help: "end the account's other sessions afterwards" },
      { flags: '--admin <profile>', help: 'let the login of this profile make the change' },
      {
        flags: '--valid-until <span>',
        help: 'have the server itself expire the new password (with --admin)',
      },
      { flags: '--sole-holder', help: 'nobody else holds the password, though the project names its user' },
      {
        flags: '--allow-plaintext-sql',
        help: 'where the server takes no hash, send the password itself in a statement, which it may log',
      },
      { flags: '--confirm <name>', help: 'confirm production where there is no terminal; repeatable' },
      { flags: '--reason <text>', help: 'why, for the log' },
      { flags: '--via <address>', help: 'dial HOST:PORT (a tunnel) for this rotation' },
      json,
      provider,
    ],
    examples: [
      'dbcreds rotate prod',
      'dbcreds rotate --all --due 14d --confirm prod',
      'dbcreds rotate prod --dry-run',
    ],
    exits: '0 done; 1 with --all: some were not; 125 refused or failed',
    load: async () => (await import('./rotate.ts')).rotate,
  },
  {
    usage: 'trust [name]',
    summary: 'Show what changed in a profile since its password was stored, and allow it',
    options: [
      env,
      { flags: '--print', help: "print the seal's hash, for DBCREDS_<NAME>_SEAL in a job" },
      provider,
    ],
    examples: ['dbcreds trust prod', 'dbcreds trust prod --print'],
    exits: ends,
    load: async () => (await import('./trust.ts')).trust,
  },
  {
    usage: 'log',
    summary: 'Show who ran what',
    options: [env, { flags: '-n, --last <count>', help: 'only the last entries' }, json],
    examples: ['dbcreds log -n 20'],
    exits: ends,
    load: async () => (await import('./log.ts')).log,
  },
  {
    usage: 'generate',
    summary: 'Print a new password: 32 characters that need no quoting anywhere',
    options: [],
    examples: ['dbcreds generate'],
    exits: '0',
    load: async () => (await import('./generate.ts')).generate,
  },
];
