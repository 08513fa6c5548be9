import { globalOptions } from '../../src/cli/argv.ts';
import { commands } from '../../src/commands/table.ts';
import { flagsOf, nameOf } from '../../src/commands/words.ts';

/** What a text tells to type: `dbcreds add prod --tls-ca FILE`, a word at a time, `${...}` as `NAME`. */
export function told(text: string): string[][] {
  const plain = text.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'NAME');
  return [...plain.matchAll(/\bdbcreds ((?:--?)?[a-z][a-z-]*)((?: [^\s'"`,;)]+)*)/g)].map(
    ([, name = '', rest = '']) => [name, ...rest.split(' ').filter(Boolean)],
  );
}

/** What is wrong with a command that is told, if anything. */
export function wrong([name = '', ...words]: readonly string[]): string | undefined {
  if (/^--?(help|version|h|v)$/.test(name)) return undefined;
  const command = commands.find((row) => nameOf(row) === name);
  if (!command) return `there is no command ${name}`;
  const known = [...command.options, ...globalOptions].flatMap(({ flags }) => flagsOf(flags));
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  return own.filter((word) => /^--[a-z]/.test(word) && !known.includes(word.replace(/=.*/, '')))[0];
}
