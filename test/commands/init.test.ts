import { existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newPlace, type Place } from '../helpers/place.ts';
import { dbcreds, type Result } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, urlOf } from './kit.ts';

const test = suite('init', { needs: ['postgresql', 'pty'] });

const made = ({ cwd }: Place): { [key: string]: unknown } =>
  JSON.parse(readFileSync(join(cwd, 'dbcreds.json'), 'utf8'));

const init = (place: Place, args: readonly string[] = []): Promise<Result> =>
  dbcreds(['init', ...args], { place });

const names: readonly (readonly [pkg: string | undefined, project: string])[] = [
  [undefined, 'work'],
  ['shop', 'shop'],
  ['@company/Web Shop', 'web-shop'],
  ['_._', 'work'],
];

for (const [pkg, project] of names) {
  test(`the project is called ${project} where the package is ${pkg ?? 'none'}`, async () => {
    const place = newPlace();
    if (pkg !== undefined) place.write('package.json', { name: pkg });
    const { stdout, stderr } = must(await init(place));
    assert.is(made(place).project, project);
    assert.equal(made(place).profiles, {});
    assert.is(stdout, '');
    assert.match(stderr, /add a database: +dbcreds add dev\n {2}what a colleague types: +dbcreds setup\n$/);
    // And it can be used.
    must(await dbcreds(['list'], { place }));
  });
}

test('its schema is where it is installed, here or above, or will be, or published', async () => {
  const schema = async (place: Place): Promise<unknown> => {
    must(await init(place));
    const { $schema } = made(place);
    rmSync(join(place.cwd, 'dbcreds.json'));
    return $schema;
  };
  const place = newPlace();
  assert.is(await schema(place), 'https://unpkg.com/dbcreds/schema.json');
  place.write('../node_modules/dbcreds/schema.json', {});
  assert.is(await schema(place), '../node_modules/dbcreds/schema.json');
  rmSync(join(place.home, 'node_modules'), { recursive: true });
  place.write('package.json', {});
  assert.is(await schema(place), './node_modules/dbcreds/schema.json');
  place.write('node_modules/dbcreds/schema.json', {});
  assert.is(await schema(place), './node_modules/dbcreds/schema.json');
});

test('nothing is overwritten, not even a link that leads nowhere', async () => {
  const place = newPlace();
  place.write('dbcreds.json', '{ broken');
  const refused = await init(place);
  assert.is(codeOf(refused), 'USAGE');
  assert.match(refused.stderr, /is there already, and is left as it is[\s\S]*dbcreds setup\n/);
  assert.is(readFileSync(join(place.cwd, 'dbcreds.json'), 'utf8'), '{ broken');
  rmSync(join(place.cwd, 'dbcreds.json'));
  symlinkSync(join(place.home, 'nowhere'), join(place.cwd, 'dbcreds.json'));
  assert.is(codeOf(await init(place)), 'USAGE');
  assert.not.ok(existsSync(join(place.home, 'nowhere')));
});

test('a name that is none is refused, with one that is', async () => {
  const place = newPlace();
  const refused = await init(place, ['--project', 'Web Shop']);
  assert.is(codeOf(refused), 'USAGE');
  assert.match(refused.stderr, /dbcreds init --project web-shop\n/);
  assert.not.ok(existsSync(join(place.cwd, 'dbcreds.json')));
  must(await init(place, ['--project', 'eu-shop']));
  assert.is(made(place).project, 'eu-shop');
  assert.is(statSync(join(place.cwd, 'dbcreds.json')).mode & 0o022, 0);
});

test('below another project it says which file it takes the place of', async () => {
  const place = newPlace();
  must(await init(place));
  place.write('packages/api/package.json', { name: 'api' });
  const cwd = join(place.cwd, 'packages/api');
  const { stderr } = must(await dbcreds(['init'], { place, cwd }));
  assert.ok(stderr.includes(`takes the place of ${join(place.cwd, 'dbcreds.json')}\n`), stderr);
});

test('on a terminal the name is asked for, and what .env files hold is offered', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const shop = await Shop.open();
  rmSync(shop.file);
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  shop.place.write('.env', `DATABASE_URL=${urlOf(server, login, login.password)}?sslrootcert=ca.pem\n`);
  const screen = shop.terminal(['init', '--provider', 'file']);
  await screen.expect('a part of the name of each stored password [work]: ');
  screen.answer('eu');
  await screen.expect('There is a database password in .env. Store it now? [Y/n]: ');
  screen.answer('');
  await screen.expect('(- leaves it out) [dev]: ');
  screen.answer('');
  assert.equal(await screen.end(), { code: 0, signal: null }, screen.output);
  assert.match(screen.output, /stored the password of eu\/dev/);
  assert.match(screen.output, /take it out of the file: +dbcreds import --scrub/);
  assert.ok(JSON.stringify(made(shop.place)).includes(login.user));
  const bare = newPlace();
  bare.write('.env', 'DATABASE_URL=postgres://u:secret-1@h.example/d\n');
  const quiet = must(await init(bare));
  assert.match(quiet.stderr, /move the passwords out of \.env: +dbcreds import\n/);
  const no = Terminal.dbcreds(['init', '--project', 'x'], { place: newPlace() });
  assert.equal(await no.end(), { code: 0, signal: null });
});

test.run();
