import type { CommandRow } from '../commands/command.ts';
import { usage } from '../commands/options.ts';
import { flagsOf, isCommand, nameOf, splitOption } from '../commands/words.ts';
import { DbcredsError, type Hint, named } from '../errors.ts';
import { nearest } from '../profiles/nearest.ts';

/** What people type who come from other programs. */
const synonyms: Readonly<Record<string, string>> = {
  ...{ ls: 'list', ll: 'list', profiles: 'list', status: 'check', expired: 'check', expiry: 'check' },
  ...{ get: 'show', cat: 'show', info: 'show', view: 'show', print: 'show', reveal: 'show' },
  ...{ set: 'add', new: 'add', create: 'add', store: 'add', save: 'add', register: 'add' },
  ...{ rm: 'remove', del: 'remove', delete: 'remove', unset: 'remove', forget: 'remove' },
  ...{
    exec: 'run',
    start: 'run',
    with: 'run',
    ping: 'test',
    verify: 'test',
    psql: 'connect',
    mysql: 'connect',
    shell: 'connect',
    open: 'connect',
    login: 'test',
  },
  ...{ history: 'log', logs: 'log', gen: 'generate', pwgen: 'generate', allow: 'trust', approve: 'trust' },
};

/** The same for options, without their dashes. */
const flagSynonyms: Readonly<Record<string, string>> = {
  ...{ profile: '--env', environment: '--env', name: '--env', db: '--database', dbname: '--database' },
  ...{ hostname: '--host', login: '--username', prod: '--production', ssl: '--tls', sslmode: '--tls' },
  ...{
    ca: '--tls-ca',
    'ssl-ca': '--tls-ca',
    sslrootcert: '--tls-ca',
    force: '--yes',
    y: '--yes',
    dry: '--dry-run',
  },
};

/** The error for a first word that is no command. */
export function unknownCommand(name: string, table: readonly CommandRow[]): DbcredsError {
  const word = name.toLowerCase();
  if (word === 'version') return usage('there is no command "version"', [['it is:', 'dbcreds --version']]);
  const known = table.map(nameOf);
  const near = known.find((one) => one === synonyms[word]) ?? nearest(word, known);
  const what = named('command', name, /^[a-z][a-z-]{0,23}$/i);
  return usage(
    `there is no ${what}${near ? `; did you mean "${near}"?` : ''}`,
    near
      ? [['that one:', `dbcreds ${near} --help`]]
      : [
          ['all commands:', 'dbcreds --help'],
          ['to run a program:', 'dbcreds run --env NAME -- ...'],
        ],
  );
}

/** The error for whatever stands where a command should, behind an option. */
export function misplaced(argv: readonly string[], table: readonly CommandRow[]): DbcredsError {
  const [word = ''] = argv.filter((one) => !/^(-h|--help|-v|-V|--version)$/.test(one));
  if (!word.startsWith('-'))
    return isCommand(word, table)
      ? usage('the command comes first', [['so:', `dbcreds ${word} --help`]])
      : unknownCommand(word, table);
  const { flag } = splitOption(word);
  const takers = table.filter(({ options }) => options.some((row) => flagsOf(row.flags).includes(flag)));
  const meant =
    takers.find((row) => argv.includes(nameOf(row))) ?? takers.find(({ stopsEarly }) => stopsEarly);
  if (isSecret(flag, [])) return passwordOption(flag);
  if (!meant)
    return usage(`there is no ${optionNamed(flag)} without a command`, [['see:', 'dbcreds --help']]);
  const rest = meant.stopsEarly ? ' ... -- ...' : ' ...';
  return usage(`the command comes first, then ${flag}`, [['so:', `dbcreds ${nameOf(meant)} ${flag}${rest}`]]);
}

/** The error for an option that the command does not have. @param known every flag that it has @param name of the profile, if told */
export function unknownOption(
  flag: string,
  command: CommandRow,
  known: readonly string[],
  name: string | undefined,
): DbcredsError {
  // Of another command than `add` it stands for the profile, or the port.
  const short = /^-p$/i.test(flag) && nameOf(command) !== 'add';
  if (isSecret(flag, known) && !short) return passwordOption(flag, name);
  const synonym = known.find((one) => one === flagSynonyms[flag.replace(/^-+/, '').toLowerCase()]);
  const near = synonym ?? (flag.length > 2 ? nearest(flag, known) : undefined);
  const what = `${nameOf(command)} has no ${optionNamed(flag)}`;
  return usage(`${what}${near ? `; did you mean ${near}?` : ''}`, [
    ['its options:', `dbcreds ${nameOf(command)} --help`],
    ...(command.usage.endsWith('[-- args...]') && !short ? behindDashes(flag, command, name) : []),
  ]);
}

/** Where a command has arguments for another program, the option may be that program's. */
const behindDashes = (flag: string, command: CommandRow, name = 'NAME'): Hint[] =>
  /^--?[a-z][a-z-]{0,30}$/i.test(flag)
    ? [["the client's own go behind --:", `dbcreds ${nameOf(command)} ${name} -- ${flag}`]]
    : [];

const optionNamed = (flag: string): string =>
  /^-{1,2}[a-z][a-z-]{0,30}$/i.test(flag) ? `option ${flag}` : 'such option';

const secretFlags = ['--password', '--passwd', '--passphrase', '--secret', '--token'];
const secretShape =
  /^--?((db|pg|mysql|database|user)[-_]?)?(p|pw|pass|pwd|passwd|password|passphrase|secret|token|url|uri|dsn|connection([-_]?(string|url))?)$/i;

/** Whether what follows the flag may be a password; a mistyped one counts. */
function isSecret(flag: string, known: readonly string[]): boolean {
  if (secretShape.test(flag)) return true;
  return secretFlags.includes(nearest(flag.toLowerCase(), [...known, ...secretFlags]) ?? '');
}

/** Arguments are world readable in `/proc/PID/cmdline` and stay in the shell's history. */
function passwordOption(flag: string, name = 'NAME'): DbcredsError {
  const hints: Hint[] = [
    ['be asked for it:', `dbcreds add ${name}`],
    ['or from a pipe:', `dbcreds add ${name} --password-stdin`],
    ['or a whole URL:', `dbcreds add ${name} --url-stdin`],
  ];
  return new DbcredsError('USAGE', {
    kind: 'refused',
    message: `${flag} is not taken: every user of this machine can read a command line`,
    note: 'If what followed was a password, take it for known: change it, and clear it from the history of your shell.',
    hints: /^-p$/i.test(flag) ? [['if you meant the port:', '--port'], ...hints] : hints,
  });
}
