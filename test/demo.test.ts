import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { faults } from '../scripts/demo/perform.ts';
import type { Step } from '../scripts/demo/steps.ts';
import { ArgumentWatch, searchFiles } from '../scripts/demo/watch.ts';
import { atEndOfTest } from './helpers/cleanup.ts';
import { temporary } from './helpers/folders.ts';
import { program, type Result } from './helpers/program.ts';
import { assert, suite } from './helpers/suite.ts';
import { project } from './services/cache.ts';

const test = suite('npm run demo', { needs: ['postgresql', 'pty'] });
const withKeychain = suite('npm run demo, with a keychain', {
  needs: ['postgresql', 'secret-service', 'pty'],
});

interface Shown extends Result {
  /** What it left in the folder for temporary files. */
  readonly left: readonly string[];
}

interface DemoOptions {
  /** Called once there is a home for the session. */
  readonly begun?: (pid: number) => void;
}

/** Started as `npm run demo` starts it, but for the build, which other tests are using. */
async function demo(args: readonly string[], options: DemoOptions = {}): Promise<Shown> {
  // PostgreSQL runs as another user where this is root, and the path of its socket has to be short.
  const TMPDIR = mkdtempSync('/tmp/dbd-');
  chmodSync(TMPDIR, 0o755);
  atEndOfTest(() => rmSync(TMPDIR, { recursive: true, force: true }));
  const result = await program(process.execPath, ['--import', 'tsx', 'scripts/demo.ts', ...args], {
    timeout: 120_000,
    cwd: project,
    env: { TMPDIR },
    running: (pid) => void onceThere(TMPDIR, /^p-/).then(() => options.begun?.(pid)),
  });
  // The loader keeps what it has compiled.
  return { ...result, left: readdirSync(TMPDIR).filter((name) => !name.startsWith('tsx-')) };
}

async function onceThere(folder: string, name: RegExp): Promise<void> {
  while (existsSync(folder) && !readdirSync(folder).some((one) => name.test(one))) await sleep(20);
}

function assertGood({ code, stdout, stderr, output, left, place }: Shown): void {
  assert.is(code, 0, output);
  assert.is(stderr, '');
  assert.match(stdout, /^connected as shop with TLSv1\.[23], certificate verified$/m);
  for (const word of [
    'CONFIRM',
    'EXPIRED',
    'UNSAFE_ENV',
    'CERT_UNKNOWN_CA',
    'BINDING_CHANGED',
    'WEAK_TLS',
    'NOT_FOUND',
  ])
    assert.match(stdout, `(${word})`);
  assert.match(stdout, /\$ grep [^\n]*\n\[exit status 1\]\n/);
  assert.match(stdout, /seen meanwhile, and in all that is printed above: nowhere\.$/m);
  assert.match(
    stdout,
    /\nAll \d\d commands did what they should, and no password came out\. \([\d.]+ s\)\n$/,
  );
  assert.equal(left, []);
  // Its home was another one.
  assert.equal(readdirSync(place.home), ['work']);
  assert.equal(readdirSync(place.cwd), []);
}

withKeychain('shows a run and each refusal, and puts everything away', async () => {
  const shown = await demo([]);
  assertGood(shown);
  assert.match(shown.stdout, /kept in the keychain of a private session/);
});

test('keeps the passwords in an encrypted file where there is no keychain', async () => {
  const shown = await demo(['--provider', 'file']);
  assertGood(shown);
  assert.match(shown.stdout, /kept in a file encrypted with age/);
});

test('puts everything away on Ctrl-C', async () => {
  const { code, output, left } = await demo(['--provider', 'file'], {
    begun: (pid) => process.kill(pid, 'SIGINT'),
  });
  assert.is(code, 130, output);
  assert.match(output, 'Stopped; everything is put away.');
  assert.equal(left, []);
});

test('takes no option that it does not know', async () => {
  const { code, stderr } = await demo(['--provider', 'dotenv']);
  assert.is(code, 1);
  assert.match(stderr, 'usage: npm run demo');
});

test('is what package.json starts, after a build', () => {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  assert.is(scripts.demo, 'npm run --silent build && node --import tsx scripts/demo.ts');
});

test('finds fault with a step that ends in another way', () => {
  const step: Step = { line: 'x', status: 125, shows: ['(CONFIRM)', /^nothing/m], hides: 'connected' };
  assert.equal(faults(step, { status: 125, output: 'no (CONFIRM)\nnothing\n' }), []);
  assert.is(faults(step, { status: 0, output: 'no (CONFIRM)\nnothing\n' }).length, 1);
  assert.is(faults(step, { status: 125, output: 'connected' }).length, 3);
});

test('finds a password in a file, in another encoding, and in an argument', async () => {
  const [folder, secret] = [temporary(), 'kR7/w:9 q%Zt@1'];
  assert.equal(searchFiles([folder], [secret]), []);
  writeFileSync(join(folder, 'config'), `url=postgresql://a:${encodeURIComponent(secret)}@b/c`);
  assert.is(searchFiles([folder], [secret]).length, 1);
  const watch = new ArgumentWatch([secret]);
  await program('sh', ['-c', 'sleep 0.3; :', secret]);
  const { lines, finds } = watch.stop();
  assert.ok(lines > 0);
  assert.equal(finds, ['a command line (raw)']);
});

test.run();
withKeychain.run();
