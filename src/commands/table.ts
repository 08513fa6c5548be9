import type { CommandRow, OptionRow } from './command.ts';
import { runCommand } from './run.ts';

const env: OptionRow = { flags: '-e, --env <name>', help: 'the profile (also DBCREDS_ENV)' };
const json: OptionRow = { flags: '--json', help: 'print JSON' };
const provider: OptionRow = { flags: '--provider <name>', help: 'keychain, file, env or dotenv' };
const ends = '0 done; 125 refused or failed';

/** Every command. The help, the parser and the checks are made from this table. */
export const commands: readonly CommandRow[] = [
  {
    usage: 'run [...command]',
    summary: 'Run a command with the credentials of a profile',
    options: [
      {
        flags: '-e, --env <name>',
        help: 'the profile; NAME:PREFIX_ puts its variables under a prefix; repeatable',
      },
      {
        flags: '--confirm <name>',
        help: 'confirm production where there is no terminal (also DBCREDS_CONFIRM)',
      },
      { flags: '--reason <text>', help: 'why, for the log' },
      { flags: '--verify', help: 'log in first, and refuse with the cause where that fails' },
      {
        flags: '--read-only',
        help: "use the profile's readOnly profile, or a read-only session (PostgreSQL)",
      },
      { flags: '--only <names>', help: 'set only these variables, separated by commas' },
      {
        flags: '--pristine',
        help: 'pass on no inherited variable but PATH, HOME, TERM, locale and the like',
      },
      {
        flags: '-f, --env-file <file>',
        help: 'further variables from a .env file, which must hold no database password; -f, since Node itself heeds NODE_OPTIONS in a file behind the long name',
      },
      {
        flags: '--url-style <style>',
        help: 'dialect of DATABASE_URL: libpq, mysql2, mariadb, prisma, jdbc, sqlalchemy, go, rails, none',
      },
      {
        flags: '--via <address>',
        help: 'dial HOST:PORT (a tunnel) for this run; PGHOSTADDR, which only libpq clients read: other PostgreSQL drivers ignore it',
      },
      { flags: '--allow-expired', help: 'run although the password is past its age; logged' },
      { flags: '--nested', help: 'run inside a run of another profile' },
      { flags: '--dry-run', help: 'print names, target and guards, never values; start nothing' },
      provider,
    ],
    examples: ['dbcreds run --env dev -- npm start', 'dbcreds run -e prod -- psql -c "select now()"'],
    exits: "the command's own; 125 refused or failed, 126 not executable, 127 not found",
    stopsEarly: true,
    load: async () => runCommand,
  },
  {
    usage: 'add <name>',
    summary: 'Add a profile, or the password that one lacks',
    options: [
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
    exits: '0 none expired; 1 some expired, or will within the span; 125 not all could be asked',
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
