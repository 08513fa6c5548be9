import type { RunRequest } from '../run/request.ts';
import type { Options } from './command.ts';
import { flag, text } from './options.ts';

/** What a command asks for that hands one profile's credential out as a run does. @param name absent: the default's */
export function useOf(command: string, name: string | undefined, options: Options): RunRequest {
  return {
    envs: name === undefined ? [] : [name],
    command: [],
    provider: text(options, 'provider'),
    confirm: text(options, 'confirm'),
    reason: text(options, 'reason'),
    allowExpired: flag(options, 'allowExpired'),
    readOnly: flag(options, 'readOnly'),
    via: text(options, 'via'),
    typed: ['dbcreds', command, name].filter(Boolean).join(' '),
  };
}
