import { usage } from '../commands/options.ts';
import { contextOf } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import type { Scene } from '../run/request.ts';
import type { Terminal } from '../terminal.ts';
import type { Options } from './options.ts';

/** The scene of a call: that of a run for which there is no terminal. @throws DbcredsError `USAGE` */
export function sceneOf(name: string, options: Options): Scene {
  const { confirm, reason, provider, via, allowExpired = false } = options;
  // JavaScript lets one forget it.
  if (typeof name !== 'string') throw usage('a call of the library begins with the name of a profile');
  return {
    context: contextOf(options.env ?? environment(), options.cwd),
    terminal: silent(options),
    request: { envs: [name], command: [], confirm, reason, provider, via, allowExpired },
  };
}

/** A copy: a call sees one environment from its beginning to its end. */
const environment = (): NonNullable<Options['env']> => ({ ...process.env });

function silent({ onWarning = () => {} }: Options): Terminal {
  return {
    available: false,
    out: () => {},
    say: (text) => onWarning(text.replace(/^dbcreds: (warning: )?/, '')),
    debug: () => {},
    progress: async () => ({ step: () => {}, done: () => {}, fail: () => {} }),
    ask: () =>
      Promise.reject(
        new DbcredsError('NO_TERMINAL', { kind: 'refused', message: 'a program cannot be asked' }),
      ),
    alone: (work) => work(),
  };
}
