import { readFileSync } from 'node:fs';
import { codeOf, must, Shop, stocked, urlOf, type Written } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, freePort, newLogin } from '../services/server.ts';
import { use, type Variant } from '../services/use.ts';

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`run --verify, ${engine}`, { needs: [engine] });

  interface Wish {
    readonly variant?: Variant;
    readonly url?: (url: string) => string;
    readonly tls?: Written;
    readonly password?: string;
  }

  const free = freePort();
  const causes: readonly (readonly [code: string, wish: () => Promise<Wish> | Wish])[] = [
    ['WRONG_PASSWORD', () => ({ password: 'a-Wrong-password-1' })],
    ['NO_DATABASE', () => ({ url: (url) => `${url}_not_there` })],
    [
      'REFUSED',
      async () => {
        const port = await free;
        return { url: (url) => url.replace(/:\d+/, `:${port}`) };
      },
    ],
    ['UNKNOWN_HOST', () => ({ url: (url) => url.replace('localhost', `${'a'.repeat(64)}.example`) })],
    ['CERT_EXPIRED', () => ({ variant: 'expired' })],
    ['CERT_NAME', () => ({ variant: 'otherName' })],
    ['CERT_UNKNOWN_CA', () => ({ variant: 'otherCa' })],
    ['TLS_REFUSED', () => ({ variant: 'plain', tls: { mode: 'require' } })],
    ['TLS_REQUIRED', () => ({ tls: { mode: 'disable', ca: 'ca.pem' } })],
  ];

  for (const [code, wish] of causes) {
    test(`${code}: refused with the cause, and nothing is started`, async () => {
      const { variant = 'right', url = (one) => one, tls, password } = await wish();
      const server = await use(engine, variant);
      const login = await newLogin(server);
      const shop = await Shop.open({
        dev: { url: url(urlOf(server, login)), tls: tls ?? { mode: 'verify-full', ca: 'ca.pem' } },
      });
      shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
      await shop.store('dev', password ?? login.password);
      const run = ['run', '-e', 'dev', '--', 'echo', 'ran'];
      const result = await shop.dbcreds(['run', '--verify', ...run.slice(1)]);
      assert.equal([result.code, result.stdout, codeOf(result)], [125, '', code], result.output);
      // A run that was not asked to does not look.
      assert.is(must(await shop.dbcreds(run)).stdout, 'ran\n');
      assert.equal(
        shop
          .log()
          .slice(1)
          .map(({ outcome, code }) => code ?? outcome),
        [code, 'launching'],
      );
    });
  }

  test('all is well: it runs, without a word', async () => {
    const { shop } = await stocked(await use(engine));
    const { stdout, stderr } = must(
      await shop.dbcreds(['run', '-e', 'dev', '--verify', '--', 'echo', 'ran']),
    );
    assert.equal([stdout, stderr], ['ran\n', '']);
  });

  test.run();
}

const test = suite('run without --verify', { needs: ['postgresql'] });

test('asks the server nothing', async () => {
  const server = await use('postgresql', 'ip');
  const { shop, login } = await stocked(server);
  must(await shop.dbcreds(['run', '-e', 'dev', '--', 'true']));
  await asAdmin(server, 'SELECT 1 AS after_that');
  const log = readFileSync(server.log, 'utf8');
  assert.match(log, /after_that/);
  assert.not.ok(log.includes(`connection authorized: user=${login.user}`) || log.includes(`${login.user}@`));
  must(await shop.dbcreds(['run', '-e', 'dev', '--verify', '--', 'true']));
  assert.ok(readFileSync(server.log, 'utf8').includes(login.user));
});

test.run();
