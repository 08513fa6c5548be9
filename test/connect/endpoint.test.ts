import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointOf, readPems } from '../../src/connect/endpoint.ts';
import { profileOf } from '../helpers/profile.ts';
import { assert, suite } from '../helpers/suite.ts';
import { clean } from './endpoints.ts';

const test = suite('connect/endpoint');

const profile = profileOf({
  target: { engine: 'postgresql', user: 'app', host: 'db.company.com', port: 5432, database: 'shop' },
  dial: { host: '127.0.0.1', port: 6543 },
  tunnelled: true,
});

test('takes host and port from the target, and dials what the profile dials', () => {
  assert.equal(endpointOf(profile, undefined, {}), {
    name: 'prod',
    engine: 'postgresql',
    host: 'db.company.com',
    port: 5432,
    dial: { host: '127.0.0.1', port: 6543 },
    user: 'app',
    database: 'shop',
    tls: { mode: 'verify-full' },
  });
});

test("the record's login goes before the target's", () => {
  assert.is(endpointOf(profile, 'app_b', {}).user, 'app_b');
});

test('reads the PEM files that the profile names, and no others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'endpoint-'));
  const file = (name: string): string => {
    writeFileSync(join(folder, name), `text of ${name}`);
    return join(folder, name);
  };
  const tls = { ...profile.tls, ca: file('ca'), cert: file('cert'), key: file('key') };
  assert.equal(readPems(tls), { ca: 'text of ca', cert: 'text of cert', key: 'text of key' });
  assert.equal(readPems(profile.tls), {});
  assert.equal(endpointOf(profile, undefined, readPems(tls)).tls, { mode: 'verify-full', ...readPems(tls) });
});

test('a file that is not there is an error of the profile', () => {
  const read = async (): Promise<unknown> => readPems({ ...profile.tls, ca: '/not/there.pem' });
  return assert.rejects(read()).then((error) => {
    assert.is((error as { code?: string }).code, 'BAD_PROFILE');
    assert.match(error.message, /^tls\.ca cannot be read: \/not\/there\.pem$/);
    clean(error);
  });
});

test.run();
