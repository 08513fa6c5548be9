import { join } from 'node:path';
import { DbcredsError, type Hint, shellWord } from '../errors.ts';
import { stateOf } from './files.ts';
import type { Broken } from './format.ts';

export function directoryError(command: string): DbcredsError {
  return new DbcredsError('NOT_EXECUTABLE', { message: `${quoted(command)} is a directory` });
}

export function deniedError(file: string): DbcredsError {
  return new DbcredsError('NOT_EXECUTABLE', {
    message: `${quoted(file)} may not be executed`,
    hints: [['allow it:', `chmod +x ${shellWord(file)}`]],
  });
}

/** A shell says of both that the script itself is not found. */
export function brokenError(file: string, { needs, state }: Broken): DbcredsError {
  const path = shellWord(file);
  if (needs.endsWith('\r')) {
    return new DbcredsError('NOT_FOUND', {
      message: `the first line of ${quoted(file)} ends as on Windows, so its interpreter is not found`,
      hints: [['change the line ends:', `sed -i 's/\\r$//' ${path}`]],
    });
  }
  const code = state === 'absent' ? 'NOT_FOUND' : 'NOT_EXECUTABLE';
  const why = state === 'absent' ? 'is not there' : 'may not be executed';
  return new DbcredsError(code, {
    message: `${quoted(file)} needs ${quoted(needs)}, which ${why}`,
    hints: [['see what it asks for:', `head -n 1 ${path}`]],
  });
}

/** @param cwd where a file of that name, or `node_modules`, may be */
export function notFoundError(command: string, cwd: string): DbcredsError {
  const { message, hint } = explain(command, cwd);
  return new DbcredsError('NOT_FOUND', { message, hints: hint === undefined ? [] : [hint] });
}

/** What a shell does itself, without a program. */
const builtins = new Set(
  '. : [[ alias bg bind cd command declare eval exec export fg for function hash history if jobs let'
    .split(' ')
    .concat(
      'popd pushd read readonly set shift shopt source time trap type typeset ulimit umask unset wait while {'.split(
        ' ',
      ),
    ),
);

interface Explanation {
  readonly message: string;
  readonly hint?: Hint;
}

/** No word of the command but the first is quoted: a whole line in one word may hold a password. */
function explain(command: string, cwd: string): Explanation {
  const first = command.trim().split(/[\s=]/, 1)[0] ?? '';
  if (first === '') return { message: 'the command is empty' };
  if (command.includes('://')) return { message: 'a URL stands where the command should' };
  if (/^\w+=/.test(command)) return assignment(first);
  if (/\s/.test(command)) return oneWord(command, first);
  if (builtins.has(command)) return shellsOwn(command);
  return absent(command, cwd);
}

const assignment = (name: string): Explanation => ({
  message: `${name}=... stands where the command should`,
  hint: ['set a variable for a command:', `dbcreds run ... -- env ${name}=... COMMAND`],
});

function oneWord(command: string, first: string): Explanation {
  const message = `the command that begins with ${quoted(first)} is one word with spaces in it`;
  if (/[|&;<>$`(){}*?~]/.test(command) || builtins.has(first)) {
    return { message, hint: ['give the line to a shell:', `dbcreds run ... -- sh -c '${first} ...'`] };
  }
  return { message, hint: ['leave out the quotes around it:', `dbcreds run ... -- ${first} ...`] };
}

const shellsOwn = (command: string): Explanation => ({
  message: `${quoted(command)} is part of the shell, not a program`,
  hint: ['give the line to a shell:', `dbcreds run ... -- sh -c '${command} ...'`],
});

function absent(command: string, cwd: string): Explanation {
  if (command.includes('/')) return { message: `there is no file ${quoted(command)}` };
  const message = `there is no command ${quoted(command)} on the PATH`;
  if (stateOf(join(cwd, command)) === 'executable') return run(message, `./${command}`);
  const local = join('node_modules', '.bin', command);
  return stateOf(join(cwd, local)) === 'executable' ? run(message, `./${local}`) : { message };
}

const run = (message: string, path: string): Explanation => ({
  message,
  hint: ['run the one in this folder:', `dbcreds run ... -- ${shellWord(path)}`],
});

const quoted = (text: string): string => JSON.stringify(text);
