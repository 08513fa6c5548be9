import { advice } from '../../src/connect/advice.ts';
import type { Endpoint } from '../../src/connect/endpoint.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('connect/advice');

const draft: Endpoint = {
  name: 'prod',
  engine: 'postgresql',
  host: 'db.company.com',
  port: 5432,
  dial: { host: 'db.company.com', port: 5432 },
  user: 'app',
  database: 'shop',
  tls: { mode: 'verify-full' },
};
const stored: Endpoint = { ...draft, file: '/app/dbcreds.json' };

const causes: readonly ErrorCode[] = [
  ...(['REFUSED', 'UNKNOWN_HOST', 'UNREACHABLE', 'WRONG_PASSWORD', 'PASSWORD_EXPIRED'] as const),
  ...(['CERT_EXPIRED', 'CERT_NAME', 'CERT_UNKNOWN_CA', 'TLS_REFUSED', 'TLS_REQUIRED', 'TLS_FAILED'] as const),
  ...(['NO_DATABASE', 'TOO_MANY', 'DATABASE'] as const),
];

for (const code of causes) {
  test(`${code}: what to type for a profile that is there`, () => {
    const { hints } = advice(code, stored, { phase: 'login' });
    assert.ok(hints.length > 0);
    for (const [, command] of hints)
      assert.match(
        command,
        /^dbcreds (show|test) prod$|^dbcreds update prod --password$|^dbcreds check$|^"[a-z]+": .* in \/app\/dbcreds\.json$/,
      );
  });

  test(`${code}: for one that is still being made, nothing that needs it`, () => {
    const { hints } = advice(code, draft, { phase: 'login' });
    for (const [, command] of hints) assert.match(command, /^dbcreds add prod( --[a-z-]+ [A-Za-z-]+)?$/);
  });
}

test('a failed connection is told from a server that keeps silent', () => {
  assert.match(advice('UNREACHABLE', stored, { phase: 'dialling' }).note ?? '', /^No connection came about/);
  assert.match(
    advice('UNREACHABLE', stored, { phase: 'tls' }).note ?? '',
    /kept silent\. Is it PostgreSQL\?$/,
  );
});

test('MySQL cannot say that it wants TLS, so the note does where there is none', () => {
  const mysql: Endpoint = { ...stored, engine: 'mysql' };
  const note = (mode: 'disable' | 'verify-full'): string =>
    advice('WRONG_PASSWORD', { ...mysql, tls: { mode } }, { phase: 'login' }).note ?? '';
  assert.match(note('disable'), /demands TLS/);
  assert.not.match(note('verify-full'), /demands TLS/);
});

test.run();
