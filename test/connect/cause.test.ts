import { causeOf, deniedByHba, type Failure, failureOf } from '../../src/connect/cause.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('connect/cause');

/** What a socket, OpenSSL or a driver says, and what it means. */
const table: [ErrorCode, Partial<Failure>][] = [
  ['REFUSED', { code: 'ECONNREFUSED' }],
  ['REFUSED', { code: 'ENOENT' }],
  ['UNKNOWN_HOST', { code: 'ENOTFOUND' }],
  ['UNKNOWN_HOST', { code: 'EAI_AGAIN' }],
  ['UNREACHABLE', { code: 'ETIMEDOUT' }],
  ['UNREACHABLE', { code: 'EHOSTUNREACH' }],
  ['UNREACHABLE', { code: 'LATE', phase: 'tls' }],
  ['UNKNOWN_HOST', { code: 'LATE', phase: 'naming' }],
  ['UNREACHABLE', { code: 'LATE', phase: 'dialling' }],
  ['CERT_EXPIRED', { code: 'CERT_HAS_EXPIRED', phase: 'tls' }],
  ['CERT_NAME', { code: 'ERR_TLS_CERT_ALTNAME_INVALID', phase: 'tls' }],
  ['CERT_UNKNOWN_CA', { code: 'SELF_SIGNED_CERT_IN_CHAIN', phase: 'tls' }],
  ['CERT_UNKNOWN_CA', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', phase: 'tls' }],
  ['TLS_FAILED', { code: 'CERT_NOT_YET_VALID', phase: 'tls' }],
  ['TLS_FAILED', { code: 'ECONNRESET', phase: 'tls' }],
  ['TLS_FAILED', { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', phase: 'login' }],
  ['DATABASE', { code: 'ECONNRESET', phase: 'login' }],
  ['DATABASE', {}],
  ['WRONG_PASSWORD', { server: '28P01', asked: true }],
  ['WRONG_PASSWORD', { server: '28000', routine: 'InitializeSessionUserId', asked: false }],
  ['DATABASE', { server: '28000', routine: 'InitializeSessionUserId', asked: true }],
  ['DATABASE', { server: '28000', routine: 'ClientAuthentication', asked: false }],
  ['NO_DATABASE', { server: '3D000' }],
  ['TOO_MANY', { server: '53300' }],
  ['DATABASE', { server: '57P03' }],
  ['WRONG_PASSWORD', { server: '1045' }],
  ['DATABASE', { server: '1045', phase: 'greeting' }],
  ['DATABASE', { server: '1045', phase: 'tls' }],
  ['NO_DATABASE', { server: '1049' }],
  ['NO_DATABASE', { server: '1044' }],
  ['TOO_MANY', { server: '1040' }],
  ['TOO_MANY', { server: '1203' }],
  ['PASSWORD_EXPIRED', { server: '1820' }],
  ['PASSWORD_EXPIRED', { server: '1862' }],
  ['TLS_REQUIRED', { server: '3159' }],
  // A lock after too many tries says nothing about this password.
  ['DATABASE', { server: '3955' }],
];

for (const [expected, failure] of table) {
  test(`${JSON.stringify(failure)} is ${expected}`, () => {
    assert.is(causeOf({ phase: 'login', ...failure }), expected);
  });
}

test('names of Object.prototype are no codes', () => {
  for (const code of ['constructor', 'toString', '__proto__']) {
    assert.is(causeOf({ phase: 'login', code }), 'DATABASE');
    assert.is(causeOf({ phase: 'login', server: code }), 'DATABASE');
  }
});

test('only pg_hba.conf denies in ClientAuthentication', () => {
  assert.ok(deniedByHba({ phase: 'login', server: '28000', routine: 'ClientAuthentication' }));
  assert.not(deniedByHba({ phase: 'login', server: '28000', routine: 'auth_failed' }));
  assert.not(deniedByHba({ phase: 'login', server: '42501', routine: 'ClientAuthentication' }));
});

test('takes nothing from an error that could quote a statement', () => {
  const error = Object.assign(new Error('Access denied'), {
    ...{ code: 'ER_ACCESS_DENIED_ERROR', errno: 1045, sqlMessage: 'Access denied', sqlState: '28000' },
    ...{ sql: "SET PASSWORD = 'hunter2'", detail: 'hunter2', config: { password: 'hunter2' } },
  });
  assert.equal(failureOf(error, 'open'), { phase: 'open', server: '1045', words: 'Access denied' });
});

test('a code of Node is none of a server', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', errno: -111 });
  assert.equal(failureOf(error, 'dialling'), {
    phase: 'dialling',
    code: 'ECONNREFUSED',
    words: 'connect ECONNREFUSED',
  });
});

test('of several addresses that failed it shows the first reason', () => {
  const error = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:5')]), {
    code: 'ECONNREFUSED',
  });
  assert.is(failureOf(error, 'dialling').words, 'connect ECONNREFUSED ::1:5');
});

test.run();
