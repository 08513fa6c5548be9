import { dbcreds } from '../helpers/program.ts';
import { newPlace } from '../helpers/place.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';
import { Keychain } from '../services/keychain.ts';
import { newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite('from nothing to a run', { needs: ['postgresql', 'secret-service', 'pty'] });

test('paste a URL, run psql over verified TLS, test, reveal, remove', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const keychain = await Keychain.open('unlocked');
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: {} });
  place.write('certs/ca.pem', (await import('node:fs')).readFileSync(server.ca, 'utf8'));
  const env = { ...keychain.env, PATH: `${server.clients}:${place.env.PATH}` };
  const url = `postgres://${login.user}:${login.password}@localhost:${server.port}/${login.database}?sslrootcert=certs/ca.pem`;

  const add = Terminal.dbcreds(['add', 'dev', '--expires', '90d'], { place, env });
  await add.expect('Connection URL (hidden; Enter for the parts): ');
  add.send(url + keys.enter);
  const end = await add.ended;
  console.log(add.output);
  assert.equal(end, { code: 0, signal: null });
  assert.not.match(add.output, login.password);

  const again = { place, env };
  for (const args of [['run', '-e', 'dev', '--', 'psql', '-Atc', "select current_user, ssl from pg_stat_ssl where pid = pg_backend_pid()"], ['list'], ['show', 'dev'], ['check'], ['test', 'dev'], ['log'], ['run', '-e', 'dev', '--dry-run', '--', 'psql'],['trust','dev'],['trust','dev','--print'], ['remove','dev']]) {
    const r = await dbcreds(args, again);
    console.log(args.join(' '), r.code, r.signal, `${r.ms}ms`, '\n' + r.stdout + r.stderr);
  }
  const show = Terminal.dbcreds(['show', 'dev', '--reveal'], { place, env });
  await show.ended; console.log(show.output);
  const rm = Terminal.dbcreds(['remove', 'dev', '--profile'], { place, env });
  await rm.expect('Type dev: '); rm.send('dev' + keys.enter); await rm.ended; console.log(rm.output);
  await keychain.close();
});

test.run();
