import { nearest } from '../profiles/nearest.ts';
import type { UrlStyle } from '../profiles/profile.ts';
import { urlStyles } from '../profiles/reserved.ts';
import { run } from '../run.ts';
import type { Action, CommandRow, OptionRow, Options } from './command.ts';
import { flag, text, texts, usage } from './options.ts';

export const provider: OptionRow = { flags: '--provider <name>', help: 'keychain, file, env or dotenv' };

/** The row of `run` stands apart from the others' table, which its start does without. */
export const runRow: CommandRow = {
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
      help: 'dialect of DATABASE_URL: libpq, mysql2, mariadb, prisma, jdbc, sqlalchemy, go, rails, postgresjs, bun, none',
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
};

/** `dbcreds run`. */
const runCommand: Action = (stage, command, options) =>
  run({
    ...stage,
    request: {
      envs: texts(options, 'env'),
      command,
      provider: text(options, 'provider'),
      confirm: text(options, 'confirm'),
      allowExpired: flag(options, 'allowExpired'),
      ...onlyOf(options),
      pristine: flag(options, 'pristine'),
      urlStyle: styleOf(text(options, 'urlStyle')),
      envFile: text(options, 'envFile'),
      verify: flag(options, 'verify'),
      readOnly: flag(options, 'readOnly'),
      via: text(options, 'via'),
      nested: flag(options, 'nested'),
      reason: text(options, 'reason'),
      dryRun: flag(options, 'dryRun'),
    },
  });

/** `--only a,b` of a run. */
export function onlyOf(options: Options): { only?: string[] } {
  const names = texts(options, 'only').flatMap((value) => value.split(','));
  return names.length === 0 ? {} : { only: names.map((name) => name.trim()).filter(Boolean) };
}

/** @throws DbcredsError `USAGE` for a word that is no style */
export function styleOf(word: string | undefined): UrlStyle | undefined {
  if (word === undefined) return undefined;
  const style = urlStyles.find((one) => one === word);
  if (style) return style;
  const near = nearest(word, urlStyles);
  throw usage(`there is no such --url-style${near ? `; did you mean ${near}?` : ''}`, [
    ['one of:', urlStyles.join(', ')],
  ]);
}
