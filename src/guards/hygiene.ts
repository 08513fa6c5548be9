import type { Environment } from '../context.ts';
import { shellWord } from '../errors.ts';
import type { Finding, Situation } from './finding.ts';

/**
 * `NODE_DEBUG=child_process` prints every variable of a child, also after it was deleted from the environment, since Node
 * reads it once. A section may hold `*`.
 */
export function nodeDebugGuard({ env }: Pick<Situation, 'env'>): Finding | undefined {
  const sections = (env.NODE_DEBUG ?? '').split(',').map((section) => section.trim().toLowerCase());
  const prints = sections.some((section) => section !== '' && wildcard(section).test('child_process'));
  if (!prints) return undefined;
  return {
    level: 'refuse',
    code: 'UNSAFE_ENV',
    message: 'NODE_DEBUG would print the password with the environment of the child',
    hints: [['unset it:', 'unset NODE_DEBUG']],
  };
}

function wildcard(section: string): RegExp {
  return new RegExp(`^${section.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
}

/** Inherited settings that switch a client's checks off, write its keys to disk, or point it elsewhere. */
export function unsafeEnvGuard({ env, profile, optionFiles }: Situation): Finding | undefined {
  const names = unsafeNames(env);
  const files = profile.target.engine === 'postgresql' ? [] : optionFiles;
  if (names.length + files.length === 0) return undefined;
  return {
    level: profile.production ? 'refuse' : 'warn',
    code: 'UNSAFE_ENV',
    message: [...names, ...files].join('; '),
    hints: [
      ...names.map((name) => ['unset it:', `unset ${name.split(/[= ]/)[0]}`] as const),
      ...files.map((file) => {
        const path = file.replace(/ sets .*$/s, '');
        return ['move it away:', `mv ${shellWord(path)} ${shellWord(`${path}.off`)}`] as const;
      }),
    ],
  };
}

/** Inherited settings of Node that leak or accept anything, each for people. */
export function unsafeNames(env: Environment): string[] {
  const found = [];
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    found.push('NODE_TLS_REJECT_UNAUTHORIZED=0 makes Node clients accept any certificate');
  if (env.SSLKEYLOGFILE) found.push('SSLKEYLOGFILE makes clients write their TLS keys to a file');
  const options =
    /--(tls-keylog|report-uncaught-exception|report-on-fatalerror|report-on-signal|heapsnapshot-signal|heapsnapshot-near-heap-limit|diagnostic-dir)/;
  const option = options.exec(env.NODE_OPTIONS ?? '');
  if (option) found.push(`NODE_OPTIONS holds ${option[0]}, which writes secrets to a file`);
  return found;
}
