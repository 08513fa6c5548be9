import type { Entry } from './entry.ts';
import { type Fail, looksSecret } from './fail.ts';
import { nearest } from './nearest.ts';
import { isParameterAllowed, isReserved, knownParameters, placeholders, urlStyles } from './reserved.ts';

/** @param own whether the file is the user's, who may set any parameter that does not redirect */
export function checkParams(params: Entry['params'], own: boolean, fail: Fail): void {
  for (const name of Object.keys(params ?? {})) {
    if (isParameterAllowed(name, own)) continue;
    if (looksSecret(name))
      throw fail(['params', '...'], 'is named like a password', 'no secret in this file');
    const near = nearest(name, knownParameters());
    const known = near
      ? `did you mean "${near}"?`
      : `one that only tunes, such as ${knownParameters().slice(0, 6).join(', ')}`;
    throw fail(
      ['params', name],
      'is not a parameter that a profile may set: it could redirect the connection or weaken its TLS',
      own ? known : `${known} Your own profiles.json may set others`,
    );
  }
}

/** @throws what `fail` makes, for a name that runs code or redirects, an unknown placeholder, or a literal password */
export function checkInject(inject: Entry['inject'], fail: Fail): void {
  for (const [name, template] of Object.entries(inject ?? {})) {
    if (isReserved(name))
      throw fail(
        ['inject', name],
        'is a variable that dbcreds sets itself, or that runs code or redirects',
        'another name',
      );
    if (/:\/\/[^/\s:@{]*:[^/\s@{]+@/.test(template))
      throw fail(['inject', name], 'holds a URL with a password', '{url}, or {user} and {password}');
    for (const [, word = ''] of template.matchAll(/\{([^{}]*)\}/g)) checkPlaceholder(name, word, fail);
  }
}

function checkPlaceholder(name: string, word: string, fail: Fail): void {
  const known = [
    ...placeholders,
    ...urlStyles.filter((style) => style !== 'none').map((style) => `url:${style}`),
  ];
  if (known.includes(word)) return;
  const near = nearest(word, known);
  throw fail(
    ['inject', name],
    `has an unknown placeholder {${word}}`,
    near ? `did you mean {${near}}?` : known.map((one) => `{${one}}`).join(' '),
  );
}
