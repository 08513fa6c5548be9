import { probeTls, type TlsProbe } from '../../src/connect/probe.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, freePort, type Server } from '../services/server.ts';
import { use, type Variant } from '../services/use.ts';
import { clean, endpoint, type Wish } from './endpoints.ts';

const names = ['localhost', 'db.test'];

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`connect/probe ${engine}`, { needs: [engine] });
  const probe = (server: Server, wish?: Wish): Promise<TlsProbe> =>
    probeTls(endpoint(server, {}, wish), { timeoutMs: 10_000 });

  const table: [Variant, Partial<TlsProbe>][] = [
    ['right', { offers: true, verified: 'full', names }],
    ['otherName', { offers: true, verified: 'ca', reason: 'CERT_NAME', names: ['elsewhere.test'] }],
    ['expired', { offers: true, verified: 'no', reason: 'CERT_EXPIRED', names }],
    ['otherCa', { offers: true, verified: 'no', reason: 'CERT_UNKNOWN_CA', names }],
    ['plain', { offers: false, verified: 'no', reason: 'TLS_REFUSED' }],
  ];
  for (const [variant, expected] of table) {
    test(`${variant}: ${expected.verified}`, async () => {
      const { daysLeft, ...seen } = await probe(await use(engine, variant));
      assert.equal(seen, expected);
      assert.is(
        daysLeft,
        { right: 19, otherName: 19, otherCa: 19, expired: -2, plain: undefined }[variant as 'right'],
      );
    });
  }

  test('the host decides, not what is dialled', async () => {
    const server = await use(engine);
    assert.is((await probe(server, { host: 'db.test', dial: '127.0.0.1' })).verified, 'full');
    assert.is((await probe(server, { host: 'elsewhere.test', dial: 'localhost' })).reason, 'CERT_NAME');
  });

  test('an address as host: full where clients can compare it with the certificate', async () => {
    const [named, numbered] = [await use(engine), await use(engine, 'ip')];
    const wish = { host: '127.0.0.1' };
    assert.is((await probe(named, wish)).verified, 'ca');
    assert.is((await probe(numbered, wish)).verified, engine === 'postgresql' ? 'full' : 'ca');
  });

  test('without a CA of its own the profile has the authorities of the system', async () => {
    const server = await use(engine);
    const { ca: _, ...tls } = endpoint(server, {}).tls;
    const seen = await probeTls({ ...endpoint(server, {}), tls }, { timeoutMs: 10_000 });
    assert.is(seen.verified, 'no');
    assert.is(seen.reason, 'CERT_UNKNOWN_CA');
  });

  test('says why it could not ask', async () => {
    const server = await use(engine);
    const [port, host] = [await freePort(), 'a'.repeat(64)];
    assert.is(clean(await assert.rejects(probe(server, { port }))).code, 'REFUSED');
    assert.is(clean(await assert.rejects(probe(server, { host }))).code, 'UNKNOWN_HOST');
  });

  test('does not log in', async () => {
    const server = await use(engine, 'ip');
    const { readFileSync } = await import('node:fs');
    await asAdmin(server, 'SELECT 1 AS before_the_probe');
    await probeTls(endpoint(server, { user: 'probe_user', database: 'probe_base' }), { timeoutMs: 10_000 });
    await asAdmin(server, 'SELECT 1 AS after_the_probe');
    const [, log = ''] = readFileSync(server.log, 'utf8').split('before_the_probe');
    assert.match(log, /after_the_probe/);
    assert.not.match(log, /probe_user|probe_base/);
  });

  test.run();
}
