import { nearest } from '../profiles/nearest.ts';
import type { UrlStyle } from '../profiles/profile.ts';
import { urlStyles } from '../profiles/reserved.ts';
import { run } from '../run.ts';
import type { Action, Options } from './command.ts';
import { flag, text, texts, usage } from './options.ts';

/** `dbcreds run`. */
export const runCommand: Action = (stage, command, options) =>
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

function onlyOf(options: Options): { only?: string[] } {
  const names = texts(options, 'only').flatMap((value) => value.split(','));
  return names.length === 0 ? {} : { only: names.map((name) => name.trim()).filter(Boolean) };
}

function styleOf(word: string | undefined): UrlStyle | undefined {
  if (word === undefined) return undefined;
  const style = urlStyles.find((one) => one === word);
  if (style) return style;
  const near = nearest(word, urlStyles);
  throw usage(`there is no such --url-style${near ? `; did you mean ${near}?` : ''}`, [
    ['one of:', urlStyles.join(', ')],
  ]);
}
