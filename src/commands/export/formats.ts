import { usage } from '../options.ts';

/** Names and values, as a child would get them. */
export type Values = Readonly<Record<string, string>>;

/** For `eval` in any POSIX shell. */
export function shellText(values: Values): string {
  return lines(values, (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`);
}

/**
 * A `.env` file. Its readers agree on little: `docker run --env-file` takes quotes and all as the value, Compose expands `$`,
 * some undo backslashes. So what needs no quotes has none, and each other value has those that most readers take off.
 *
 * @throws DbcredsError `USAGE` for a value that no quotes can hold
 */
export function dotenvText(values: Values): string {
  return lines(values, (name, value) => {
    const form = forms.find(({ holds }) => holds(value));
    if (form) return `${name}=${form.quote}${value}${form.quote}`;
    throw usage(`${name} cannot stand in a .env file: no quotes can hold all of its characters`, [
      ['what holds anything:', 'dbcreds export --format json'],
      ['or a shell script:', 'dbcreds export --format shell'],
    ]);
  });
}

interface Form {
  readonly quote: string;
  readonly holds: (value: string) => boolean;
}

/** The first that holds a value counts. The dotenv library takes `\` before a closing quote for an escape of it. */
const forms: readonly Form[] = [
  { quote: '', holds: (value) => /^[^\s'"`#$\\]*$/.test(value) },
  { quote: "'", holds: (value) => !value.includes("'") && !value.endsWith('\\') && !value.includes('\r') },
  { quote: '"', holds: (value) => !/["\\$\r]/.test(value) },
  { quote: '`', holds: (value) => !value.includes('`') && !value.endsWith('\\') && !value.includes('\r') },
  { quote: '', holds: (value) => /^[^\s'"`#](?:[^#\r\n]*[^\s#])?$/.test(value) },
];

const lines = (values: Values, line: (name: string, value: string) => string): string =>
  Object.entries(values)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('');
