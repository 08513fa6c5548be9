import { newPlace } from '../helpers/place.ts';
import { cli, dbcreds, program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';

/** Asking the keychain closes a socket, over which Node looks at stderr and makes a pipe there non-blocking. */
for (const version of ['20', '22', '24', '26'] as const) {
  const needs = ['secret-service', `node${version}`] as const;
  const test = suite(`launch: after the keychain, Node ${version}`, { needs });

  test('0, 1 and 2 block', async () => {
    const keychain = await Keychain.open('unlocked');
    const place = newPlace();
    const [env, node] = [keychain.env, (await use('node', version)).file];
    place.write('dbcreds.json', {
      project: 'shop',
      profiles: { dev: { url: 'mysql://shop@localhost/shop' } },
    });
    const stored = await dbcreds(['add', 'dev', '--password-stdin', '--no-test'], {
      place,
      env,
      input: 's3cret',
    });
    assert.is(stored.code, 0, stored.output);
    const look = 'for n in 0 1 2; do grep flags /proc/self/fdinfo/$n; done; echo "$MYSQL_PWD"';
    const command = [
      'sh',
      '-c',
      'cat | "$@" 2>&1 | cat',
      'sh',
      node,
      cli,
      'run',
      '--env',
      'dev',
      '--',
      'sh',
      '-c',
      look,
    ];
    const { stdout } = await program('env', command, { place, env });
    await keychain.close();
    assert.is(stdout, 'flags:\t00\nflags:\t01\nflags:\t01\ns3cret\n');
  });

  test.run();
}
