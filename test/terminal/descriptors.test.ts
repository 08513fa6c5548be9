import { cpSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { newPlace } from '../helpers/place.ts';
import { cli, program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { command, fixture, withoutTerminal } from './kit.ts';

const test = suite('progress and the descriptors', { needs: ['pty'] });

const quoted = (what: string): string => {
  const [file, args] = command(what);
  return [file, ...args].map((word) => `'${word}'`).join(' ');
};

const inShell = (script: string): Terminal => new Terminal('sh', ['-c', script]);

test('without a terminal, one plain line a step on stderr', async () => {
  const { stdout, stderr } = await withoutTerminal('steps');
  assert.is(stdout, '');
  assert.is(stderr, 'dbcreds: prod: logging in\ndbcreds: prod: changing\ndbcreds: prod: rotated\n[end]\n');
  const failed = await withoutTerminal('fails');
  assert.is(failed.stderr, 'dbcreds: prod: logging in\ndbcreds: prod: changing\n[end]\n');
});

test('a closed stderr and /dev/null are no trouble', async () => {
  for (const end of ['2>&-', '2>/dev/null']) {
    const { code, stdout } = await program('sh', ['-c', `${quoted('steps')} ${end}`]);
    assert.equal([code, stdout], [0, '']);
  }
});

test('stdin, stdout and stderr stay blocking', async () => {
  const place = newPlace();
  // As the program is built: to import node:process from an ES module sets the flag, for Node reads all of its exports.
  const outfile = join(place.tmp, 'progress.cjs');
  await build({ entryPoints: [fixture], outfile, bundle: true, platform: 'node', format: 'cjs' });
  const show = `'${process.execPath}' '${outfile}' flags`;
  for (const script of [show, `cat /dev/null | ${show} 2>/dev/tty | cat`]) {
    const terminal = inShell(script);
    const shown = await terminal.expect(/\[[\d ]+\] \[[\d ]+\] \[[\d ]+\]/);
    assert.match(shown, /[⠀-⣿]/, 'the spinner has turned');
    const [before, meanwhile, after] = [...shown.matchAll(/\[(\d[\d ]+)\]/g)].map(([, flags = '']) => flags);
    assert.is(meanwhile, before);
    assert.is(after, before);
    for (const flags of before?.split(' ') ?? []) assert.is(Number.parseInt(flags, 8) & 0o4000, 0);
    await terminal.end();
  }
});

test('a terminal without a size gets plain lines', async () => {
  const terminal = inShell(`stty cols 0 rows 0; ${quoted('steps')}`);
  await terminal.end();
  assert.is(
    terminal.output,
    'dbcreds: prod: logging in\r\ndbcreds: prod: changing\r\ndbcreds: prod: rotated\r\n[end]\r\n',
  );
});

test('a terminal that cannot be opened gets plain lines', async () => {
  const terminal = inShell(`setsid -w ${quoted('steps')}`);
  await terminal.end();
  assert.is(
    terminal.output,
    'dbcreds: prod: logging in\r\ndbcreds: prod: changing\r\ndbcreds: prod: rotated\r\n[end]\r\n',
  );
});

test('a window that is closed does not end what is under way', async () => {
  const place = newPlace();
  const file = join(place.tmp, 'end');
  const [node, args] = command('window');
  const terminal = new Terminal(node, [...args, file], { place });
  await terminal.expect('prod: changing');
  terminal.close();
  assert.is(await content(file), 'survived');
});

async function content(file: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      const text = readFileSync(file, 'utf8');
      if (text) return text;
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${file} was not written`);
}

test('the start neither holds the spinner nor loads it', async () => {
  const place = newPlace();
  const dist = join(place.folder, 'dist');
  cpSync(dirname(cli), dist, { recursive: true });
  const made = (file: string): boolean =>
    readFileSync(join(dist, file), 'utf8').includes('concurrent spinners');
  assert.equal([made('terminal-spinner.cjs'), made('core.cjs'), made('cli.cjs')], [true, false, false]);
  rmSync(join(dist, 'terminal-spinner.cjs'));
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url: 'postgresql://a@localhost/b' } } });
  const { code, output } = await program(process.execPath, [join(dist, 'cli.cjs'), 'list'], { place });
  assert.is(code, 0, output);
});

test.run();
