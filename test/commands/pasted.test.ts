import { parsePasted, readsAsUrl } from '../../src/commands/pasted.ts';
import { isPlaceholder } from '../../src/profiles/strength.ts';
import { formatTarget, targetOf } from '../../src/profiles/target.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Shop, urlOf } from './kit.ts';

const test = suite('add and what people have in a clipboard', { needs: ['postgresql', 'pty'] });

const url = 'postgresql://neo:p%40ss@db.example/neon?sslmode=require&channel_binding=require';

test('what stands around a URL does not count', () => {
  const around = [url, ` ${url}\n`, `"${url}"`, `psql '${url}'`, `psql ${url}`, `DATABASE_URL=${url}`];
  for (const text of [...around, `export DATABASE_URL="${url}";`, `POSTGRES_URL='${url}'`]) {
    const parsed = parsePasted(text);
    assert.is(formatTarget(targetOf(parsed)), 'postgresql://neo@db.example:5432/neon', text);
    assert.is(parsed.password?.reveal(), 'p@ss');
    assert.equal(parsed.params, { sslmode: 'require', channel_binding: 'require' });
    assert.ok(readsAsUrl(text));
  }
});

test('a password that begins like that keeps its characters', () => {
  for (const text of ["'quoted'", 'psql x', 'A="b"', '"', 'x=y://z']) assert.not.ok(readsAsUrl(text));
  assert.is(parsePasted(`mysql://u:a"b'c@h/d`).password?.reveal(), `a"b'c`);
});

test('what no profile can be made of is named', () => {
  const why = (text: string): string => {
    try {
      return String(targetOf(parsePasted(text)).host);
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.match(why('postgresql://u:p@one:5432,two:5432/d'), /names several hosts/);
  assert.match(why('jdbc:postgresql://h/d?user=u'), /but as JDBC's/);
  assert.is(why('postgresql://u:p@/d?host=/cloudsql/a:b:c'), '/cloudsql/a:b:c');
});

test('placeholders are none of our passwords', () => {
  for (const text of ['[YOUR-PASSWORD]', '<db_password>', '{password}', '************', 'your_password'])
    assert.ok(isPlaceholder(new Secret(text)), text);
  for (const text of ['password', '[x]', '***', 'a<password>', '[pass', 'S3cret*****'])
    assert.not.ok(isPlaceholder(new Secret(text)), text);
});

test('of a URL with a placeholder the password is asked for', async () => {
  const server = await use('postgresql', 'plain');
  const login = await newLogin(server, { password: 'a-Password-of-16' });
  const shop = await Shop.open();
  const screen = shop.terminal(['add', 'dev', '--provider', 'file']);
  await screen.expect('(hidden; Enter for the parts): ');
  screen.answer(`psql '${urlOf(server, login, '[YOUR-PASSWORD]')}'`);
  await screen.expect('the URL has a placeholder where its password belongs');
  await screen.expect(/Password of \S+ \(hidden\): /);
  screen.answer(login.password);
  assert.is((await screen.end()).code, 0, screen.output);
  assert.is(shop.profiles().dev?.url, urlOf(server, login));
});

test.run();
