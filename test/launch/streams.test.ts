import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { bare, type Ending, environment, folder, run, versions, wrapper } from './wrapper.ts';

const sh = (script: string, ...args: string[]): string[] => ['sh', '-c', script, 'sh', ...args];

/** Everything that shells and quoting rules stumble over. */
const awkward = [
  '',
  ' ',
  'a b',
  "it's",
  '"q"',
  'a\nb',
  '\\',
  '$HOME `id` $(id)',
  '*',
  '-x',
  '--',
  'é漢🙂',
  '%s',
  'a=b',
];

/** In the middle of a real pipeline: Node's own pipes are sockets. */
const piped = (argv: readonly string[]): Promise<Ending> => run(sh('cat | "$@" 2>&1 | cat', ...argv));

/** What a command says of itself: the same with the wrapper as without. */
const same: readonly [string, string[]][] = [
  ['signals are neither ignored nor blocked', ['grep', '-E', '^Sig(Blk|Ign|Cgt)', '/proc/self/status']],
  ['no descriptor is added', ['ls', '/proc/self/fd']],
  ['0, 1 and 2 block', sh('for n in 0 1 2; do grep flags /proc/self/fdinfo/$n; done')],
  ['the arguments are the same', sh('printf "%s\\0" "$@"', ...awkward)],
  ['its name is as typed', sh('tr "\\0" " " < /proc/$$/cmdline')],
  ['the folder, the mask and the limits are the same', sh('pwd; umask; nice; ulimit -S -s -c -u')],
  [
    'a writer whose reader is gone dies of SIGPIPE',
    sh('{ yes; echo "yes: $?" >&2; } | head -n 1 > first; cat first'),
  ],
  ['a file that grows too large kills', sh('ulimit -f 1; head -c 99999 /dev/zero > large; echo $?')],
];

for (const version of versions) {
  const test = suite(`launch: streams, Node ${version.join(', ')}`, { needs: [`node${version[0]}`] });

  for (const [what, command] of same) {
    test(what, async () => {
      const { argv } = await wrapper(version);
      const [direct, wrapped] = [await piped(command), await piped([...argv, ...command])];
      assert.ok(direct.stdout.length > 0);
      assert.is(wrapped.stdout, direct.stdout);
    });
  }

  test('0, 1 and 2 block also after another program was read', async () => {
    const command = sh('for n in 0 1 2; do grep flags /proc/self/fdinfo/$n; done');
    const { argv } = await bare(version, '--output');
    const [direct, wrapped] = [await piped(command), await piped([...argv, ...command])];
    assert.ok(direct.stdout.length > 0);
    assert.is(wrapped.stdout, direct.stdout);
  });

  test('the environment is the same, byte for byte', async () => {
    const env = {
      PATH: environment.PATH,
      'with-dash': '1',
      'with.dot': '',
      QUOTES: `a'"\\\n é漢🙂=`,
      lower: ' ',
    };
    const { stdout } = await run([...(await bare(version)).argv, 'env', '-0'], { env });
    assert.equal(
      stdout.split('\0').sort(),
      Object.entries(env)
        .map((pair) => pair.join('='))
        .concat('')
        .sort(),
    );
  });

  test('2 MB of stdin arrive whole', async () => {
    const input = Array.from({ length: 200_000 }, (_, i) => String(i).padStart(9)).join('\n');
    const { stdout } = await run([...(await wrapper(version)).argv, 'cat'], { input });
    assert.ok(stdout === input);
  });

  test('stdin is not read by us', async () => {
    const { argv } = await wrapper(version);
    const { stdout } = await run(sh('printf "a\\nb\\n" | { "$@"; cat; }', ...argv, 'true'));
    assert.is(stdout, 'a\nb\n');
  });

  test(version[1] === 'exec' ? 'it is the same process' : 'it is a child', async () => {
    const { argv } = await wrapper(version);
    const { stdout } = await run(sh('"$@" & echo $!; wait', ...argv, ...sh('echo $$ $PPID')));
    const [pid, own, parent] = stdout.split(/\s/);
    assert.is(version[1] === 'exec' ? own : parent, pid);
  });

  test('an environment of 300 kB arrives', async () => {
    const big = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`BIG${i}`, 'x'.repeat(100_000)]));
    const command = [...(await wrapper(version)).argv, ...sh('printenv BIG0 BIG1 BIG2 | wc -c')];
    assert.is((await run(command, { env: { ...environment, ...big } })).stdout, '300003\n');
  });

  test('a variable up to the limit arrives, a larger one is 126 and quotes nothing', async () => {
    const { argv } = await bare(version);
    const limit = 128 * 1024 - 'FILL='.length - 1;
    const fits = await run([...argv, '--fill', String(limit), ...sh('printenv FILL | wc -c')]);
    assert.is(fits.stdout, `${limit + 1}\n`);
    const { code, stderr } = await run([...argv, '--fill', String(limit + 1), 'true']);
    assert.is(code, 126);
    assert.match(
      stderr,
      'NOT_EXECUTABLE: "true" cannot be started: its arguments and environment are larger',
    );
    assert.not.match(stderr, 'xxxx');
  });

  test('of the descriptors above 2, those up to 16 end with Node, others stay', async () => {
    writeFileSync(join(folder, 'text'), 'text\n');
    const { argv } = await wrapper(version);
    const script = 'exec 5<text 40<text; "$@"';
    const command = ['bash', '-c', script, 'bash', ...argv, ...sh('cat /dev/fd/40; cat <&5')];
    const { stdout, code } = await run(command);
    assert.is(stdout, 'text\n');
    assert.is.not(code, 0);
  });

  test('what must happen afterwards does, whatever the end was', async () => {
    const { argv } = await bare(version);
    const mark = join(folder, `after-${version.join('-')}`);
    const { signal } = await run([...argv, '--after', mark, ...sh(`test ! -e '${mark}' && kill -TERM $$`)]);
    assert.is(signal, 'SIGTERM');
    assert.ok(existsSync(mark));
    assert.is(readFileSync(mark, 'utf8'), 'after');
  });

  test.run();
}
