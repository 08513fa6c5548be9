import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { assertPlain, type Json, Victim } from './victim.ts';

const test = suite('text that a terminal would obey', { needs: ['pty'] });
let victim: Victim;
test.before(async () => {
  victim = await Victim.open('file');
});
test.after(() => victim.close());

/** Clears the screen, sets the title, runs backwards, breaks the line, is half a character, takes the eye off. */
const tricks: Record<string, string> = {
  'an escape': '\x1b[2J',
  'a title': '\x1b]0;evil\x07',
  'an escape in one byte': '\x9b2J',
  'a backspace': '\b\b\b',
  'a line end': '\ndbcreds: all is well',
  'a carriage return': '\rdbcreds: all is well',
  'text that runs backwards': '\u202egro.live',
  'a mark that turns it': '\u200f',
  'a line separator': '\u2028',
  'half a character': '\ud83d',
  'a NUL': '\0',
};

/** Every place in which text can stand. */
const fields: Record<string, (file: Json, trick: string) => void> = {
  description: ({ profiles }, trick) => {
    profiles.prod.description = trick;
  },
  user: ({ profiles }, trick) => {
    profiles.prod = { engine: 'postgresql', user: trick, host: 'h', database: 'd', production: true };
  },
  host: ({ profiles }, trick) => {
    profiles.prod = { engine: 'postgresql', user: 'u', host: `/${trick}`, database: 'd', production: true };
  },
  database: ({ profiles }, trick) => {
    profiles.prod = { engine: 'postgresql', user: 'u', host: 'h', database: trick, production: true };
  },
  'a URL': ({ profiles }, trick) => {
    profiles.prod.url = `postgresql://${trick}@h/d`;
  },
  'the CA': ({ profiles }, trick) => {
    profiles.prod.tls.ca = trick;
  },
  'the reason for less': ({ profiles }, trick) => {
    profiles.prod.tls.because = trick;
  },
  'the address': ({ profiles }, trick) => {
    profiles.prod.hostAddress = trick;
  },
  'a further variable': ({ profiles }, trick) => {
    profiles.prod.inject = { A: trick };
  },
  'its name': ({ profiles }, trick) => {
    profiles.prod.inject = { [trick]: 'a' };
  },
  'a parameter': ({ profiles }, trick) => {
    profiles.prod.params = { schema: trick };
  },
  'its own name': ({ profiles }, trick) => {
    profiles.prod.params = { [trick]: 'a' };
  },
  'the path of a file': ({ profiles }, trick) => {
    profiles.prod.file = { path: trick };
  },
  'the record of another': ({ profiles }, trick) => {
    profiles.prod.credential = trick;
  },
  'an unknown key': ({ profiles }, trick) => {
    profiles.prod[trick] = 1;
  },
  'the name of a profile': ({ profiles }, trick) => {
    profiles[trick] = profiles.prod;
  },
  'the project': (file, trick) => {
    file.project = trick;
  },
  'the default': (file, trick) => {
    file.default = trick;
  },
};

for (const [place, put] of Object.entries(fields))
  test(`in ${place}`, async () => {
    for (const name of ['an escape', 'a line end', 'text that runs backwards', 'half a character']) {
      const trick = tricks[name] ?? '';
      const file = victim.good;
      put(file, trick);
      victim.place.write('dbcreds.json', file);
      const result = await victim.dbcreds(victim.runArgs({}));
      victim.restore();
      assert.is(result.code, 125, `${name}: ${result.output}`);
      assert.match(result.output, /\((BAD_PROFILE|BINDING_CHANGED|NO_CREDENTIAL)\)/, name);
      assertPlain(result.output);
    }
  });

const commands = [
  ['list'],
  ['show', 'prod'],
  ['check'],
  ['trust', 'prod'],
  ['run', '-e', 'prod', '--dry-run', '--', 'true'],
  ['test', 'prod', '--confirm', 'prod'],
  ['add', 'prod', '--password-stdin', '--no-test'],
  ['remove', 'prod', '--yes'],
];

test('percent-encoded in a URL, in what every command says', async () => {
  for (const trick of Object.values(tricks).filter((one) => !/\p{Cs}/u.test(one))) {
    const file = victim.good;
    const text = encodeURIComponent(trick);
    file.profiles.prod.url = `postgresql://${text}@db.company.example/shop`;
    file.profiles.dev.url = `postgresql://shop@%2F${text}/shop`;
    file.profiles.orders.url = `mysql://orders@db.company.example/${text}`;
    victim.place.write('dbcreds.json', file);
    for (const args of [['list'], ['show', 'prod'], ['show', 'dev'], ['show', 'orders'], ['check']]) {
      const { output } = await victim.dbcreds(args);
      assertPlain(output);
      assert.match(output, /control character|is not a known|cannot/, `${args}: ${output}`);
    }
  }
  victim.restore();
});

/** A folder of the repository may have any name but those with a slash or a NUL. */
test('in the name of the folder, in what every command says', async () => {
  for (const trick of Object.values(tricks).filter((one) => !/\p{Cs}/u.test(one) && !one.includes('\0'))) {
    const folder = join(victim.place.home, `evil${trick}`);
    mkdirSync(folder);
    for (const name of ['certs', 'dbcreds.json']) {
      victim.place.write(join(folder, '.git/HEAD'), 'x');
      if (name === 'certs') symlinkSync(join(victim.place.cwd, name), join(folder, name));
      else victim.place.write(join(folder, name), victim.good);
    }
    for (const args of commands.slice(0, 6)) {
      const { output } = await victim.dbcreds(args, { cwd: folder });
      assertPlain(output);
      assert.ok(output.length > 0);
      // A line of ours begins as ours do: none is made by a line end in a path.
      assert.not.match(output, /^dbcreds: all is well/m);
    }
  }
});

test('on the terminal, where the question shows the profile', async () => {
  const folder = join(victim.place.home, 'evil\x1b[2J\ndbcreds: all is well');
  const file = victim.good;
  file.profiles.prod.hostAddress = '203.0.113.7';
  victim.place.write(join(folder, 'dbcreds.json'), file);
  victim.place.write(join(folder, 'certs/company-ca.pem'), victim.pem('company-ca'));
  const { place, env } = victim;
  const run = Terminal.dbcreds(['run', '-e', 'prod', '--', 'true'], { place, env, cwd: folder });
  await run.expect('Type yes: ');
  run.answer('no');
  assert.equal(await run.end(), { code: 125, signal: null });
  assertPlain(run.output.replaceAll('\r\n', '\n'));
  assert.not.match(run.output, /^dbcreds: all is well/m);
  assert.match(run.output, '203.0.113.7');
});

test.run();
