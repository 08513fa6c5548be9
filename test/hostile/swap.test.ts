import { readFileSync } from 'node:fs';
import { generateIdentity } from 'age-encryption';
import { newPlace, type Place } from '../helpers/place.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite('changed while the question waits', { needs: ['postgresql', 'pty'] });

interface Stand {
  readonly place: Place;
  readonly env: Record<string, string>;
  readonly password: string;
  readonly file: object;
}

/** A production profile that is allowed with this CA, whatever authority the server's certificate is from. */
async function stand(server: Server, ca: string): Promise<Stand> {
  const place = newPlace();
  const login = await newLogin(server);
  place.write('ca.pem', ca);
  const prod = {
    url: `postgresql://${login.user}@localhost:${server.port}/${login.database}`,
    production: true,
    provider: 'file',
    tls: { mode: 'verify-full', ca: 'ca.pem' },
  };
  const file = { project: 'shop', profiles: { prod } };
  place.write('dbcreds.json', file);
  const env = { DBCREDS_AGE_KEY: await generateIdentity() };
  const input = login.password;
  const added = await dbcreds(['add', 'prod', '--password-stdin', '--no-test'], { place, env, input });
  assert.is(added.code, 0, added.output);
  return { place, env, file, password: login.password };
}

test('the CA: the login is checked by the one that was allowed', async () => {
  const { unknownCa, ca } = await use('certificates');
  const server = await use('postgresql', 'otherCa');
  const { place, env } = await stand(server, readFileSync(ca, 'utf8'));
  const run = Terminal.dbcreds(['run', '-e', 'prod', '--verify', '--', 'echo', 'started'], { place, env });
  await run.expect('Type its name');
  place.write('ca.pem', readFileSync(unknownCa, 'utf8'));
  run.answer('prod');
  assert.equal(await run.end(), { code: 125, signal: null });
  assert.match(run.output, '(CERT_UNKNOWN_CA)');
  assert.not.match(run.output, 'started');
});

test('the CA: the child is given a copy of the one that was allowed', async () => {
  const { unknownCa, ca } = await use('certificates');
  const server = await use('postgresql');
  const { place, env } = await stand(server, readFileSync(ca, 'utf8'));
  const child = ['sh', '-c', 'cat "$PGSSLROOTCERT"; echo "$PGSSLROOTCERT"'];
  const run = Terminal.dbcreds(['run', '-e', 'prod', '--verify', '--', ...child], { place, env });
  await run.expect('Type its name');
  place.write('ca.pem', readFileSync(unknownCa, 'utf8'));
  run.answer('prod');
  assert.equal(await run.end(), { code: 0, signal: null });
  const output = run.output.replaceAll('\r\n', '\n');
  assert.ok(output.includes(readFileSync(ca, 'utf8').trim()));
  assert.not.ok(output.includes(readFileSync(unknownCa, 'utf8').trim()));
  // Nor does a later write into the cache change what a run gets: it is compared with its name.
  const copy = /^\/\S*ca\.pem$/m.exec(output)?.[0] ?? '';
  place.write(copy, readFileSync(unknownCa, 'utf8'), 0o600);
  const args = ['run', '-e', 'prod', '--confirm', 'prod', '--', ...child];
  place.write('ca.pem', readFileSync(ca, 'utf8'));
  const again = await dbcreds(args, { place, env });
  assert.ok(again.stdout.includes(readFileSync(ca, 'utf8').trim()), again.output);
});

test('the profile: the child gets what was shown', async () => {
  const { ca } = await use('certificates');
  const server = await use('postgresql');
  const { place, env, file } = await stand(server, readFileSync(ca, 'utf8'));
  const run = Terminal.dbcreds(['run', '-e', 'prod', '--verify', '--', 'env'], { place, env });
  await run.expect('Type its name');
  const text = JSON.stringify(file)
    .replace('localhost', 'evil.example')
    .replace('"production":true', '"production":false');
  place.write('dbcreds.json', text);
  run.answer('prod');
  assert.equal(await run.end(), { code: 0, signal: null });
  assert.match(run.output, `PGHOST=localhost`);
  assert.not.match(run.output, 'evil.example');
});

test('a changed place is asked about with all that changed, and only yes allows it', async () => {
  const { ca, unknownCa } = await use('certificates');
  const server = await use('postgresql');
  const { place, env, file, password } = await stand(server, readFileSync(ca, 'utf8'));
  const text = JSON.stringify(file).replace(
    '"production":true',
    '"hostAddress":"127.0.0.1","inject":{"A":"{url}"}',
  );
  place.write('dbcreds.json', text);
  place.write('ca.pem', readFileSync(unknownCa, 'utf8'));
  const args = ['run', '-e', 'prod', '--', 'env'];
  for (const answer of ['no', '', 'prod', 'y', 'yes please']) {
    const run = Terminal.dbcreds(args, { place, env });
    await run.expect('Type yes: ');
    run.answer(answer);
    assert.equal(await run.end(), { code: 125, signal: null }, answer);
    for (const part of ['dial', 'ca', 'production', 'inject'])
      assert.match(run.output, new RegExp(`^  ${part} +\\S.*allowed: `, 'm'));
    assert.match(run.output, '(BINDING_CHANGED)');
    assert.not.ok(run.output.includes(password));
  }
  const run = Terminal.dbcreds(args, { place, env });
  await run.expect('Type yes: ');
  run.answer('yes');
  assert.equal(await run.end(), { code: 0, signal: null });
  assert.match(run.output, 'PGHOSTADDR=127.0.0.1');
  const again = await dbcreds(args, { place, env });
  assert.is(again.code, 0, again.output);
});

test('a place that was never allowed shows all of its seal', async () => {
  const { ca } = await use('certificates');
  const server = await use('postgresql');
  const { place, env, file } = await stand(server, readFileSync(ca, 'utf8'));
  const cwd = `${place.home}/clone`;
  place.write(`${cwd}/.git/HEAD`, 'x');
  place.write(`${cwd}/ca.pem`, readFileSync(ca, 'utf8'));
  place.write(`${cwd}/dbcreds.json`, file);
  const run = Terminal.dbcreds(['run', '-e', 'prod', '--', 'env'], { place, env, cwd });
  await run.expect('Type yes: ');
  run.answer('no');
  assert.equal(await run.end(), { code: 125, signal: null });
  for (const part of ['file', 'target', 'dial', 'tls', 'ca', 'production', 'style'])
    assert.match(run.output, new RegExp(`^  ${part} +\\S`, 'm'));
});

test.run();
