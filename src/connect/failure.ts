import { codes, DbcredsError, type ErrorCode, type Fact } from '../errors.ts';
import { showTarget, urlHost } from '../profiles/target.ts';
import { advice } from './advice.ts';
import { causeOf, type Failure } from './cause.ts';
import type { Endpoint } from './endpoint.ts';

const serverCodeLabel = 'server code';

/**
 * The error of a failed connection: its cause, where it was, the server's own words, what to type.
 *
 * @param failure made by `failureOf`: no object of a driver comes along, since they quote statements and configuration
 * @param hide values that must not be shown, whoever sent them back
 */
export function connectError(
  endpoint: Endpoint,
  failure: Failure,
  hide: readonly string[] = [],
  code: ErrorCode = causeOf(failure),
): DbcredsError {
  const { note, hints } = advice(code, endpoint, failure);
  return new DbcredsError(code, {
    message: `${codes[code]}: ${showTarget(endpoint)}${viaOf(endpoint)}`,
    facts: factsOf(endpoint, failure, hide),
    hints,
    ...(note && { note }),
  });
}

/**
 * The error of a statement. What the server says of one often quotes it, and a syntax error quotes a piece without its
 * beginning or end: of that nothing is shown, of the rest nothing that stands in quotes.
 */
export function statementError(endpoint: Endpoint, failure: Failure, hide: readonly string[]): DbcredsError {
  const { words = '', server } = failure;
  const syntax = server === '42601' || server === '1064' || server === '1149';
  const safe = syntax ? 'syntax error' : words.replace(/["'`«“].*["'`»”]/s, '…');
  return connectError(endpoint, { ...failure, words: safe }, hide);
}

/** The SQLSTATE (PostgreSQL) or error number (MySQL, MariaDB) that a server gave with an error. */
export function serverCode(error: unknown): string | undefined {
  const facts = error instanceof DbcredsError ? error.facts : [];
  return facts.find(([label]) => label === serverCodeLabel)?.[1];
}

function viaOf({ host, port, dial }: Endpoint): string {
  return dial.host === host && dial.port === port
    ? ''
    : `, dialled at ${dial.host.startsWith('/') ? dial.host : `${urlHost(dial.host)}:${dial.port}`}`;
}

function factsOf({ tls }: Endpoint, failure: Failure, hide: readonly string[]): Fact[] {
  const { server, words, certificate } = failure;
  const facts: Fact[] = [];
  if (words && !certificate) facts.push([server ? 'server says' : 'reason', shown(words, hide)]);
  if (server) facts.push([serverCodeLabel, server]);
  if (certificate) {
    const { certificateNames, certificateName, issuer, daysLeft } = certificate;
    const names = certificateNames.length > 0 ? certificateNames.join(', ') : certificateName;
    facts.push(['certificate', shown(`${names}, signed by ${issuer}, ${lifetime(daysLeft)}`, hide)]);
  }
  facts.push(['tls', tls.mode]);
  return facts;
}

// -1 is anything up to 24 hours ago.
const lifetime = (days: number): string =>
  days >= 0 ? `${days} days left` : days === -1 ? 'expired today' : `expired ${-days - 1} days ago`;

// A server is free to send escape sequences, and to send back what it was told. In place of a very short password
// `[secret]` would stand all over the text, and tell it.
function shown(words: string, hide: readonly string[]): string {
  const safe = hide
    .filter(({ length }) => length > 3)
    .reduce((text, secret) => text.replaceAll(secret, '[secret]'), words);
  return safe.replace(/\p{Cc}+/gu, ' ').slice(0, 300);
}
