import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEndOfTest } from './helpers/cleanup.ts';
import { program, type Result } from './helpers/program.ts';
import { assert } from './helpers/suite.ts';
import { project } from './services/cache.ts';

export interface Shown extends Result {
  /** What it left in the folder for temporary files. */
  readonly left: readonly string[];
}

export interface DemoOptions {
  /** Called once there is a home for the session. */
  readonly begun?: (pid: number) => void;
}

/** Started as `npm run demo` starts it, but for the build, which other tests are using. */
export async function demo(args: readonly string[], options: DemoOptions = {}): Promise<Shown> {
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

/** It went well, showed what it is there to show, and left nothing. */
export function assertGood({ code, stdout, stderr, output, left, place }: Shown): void {
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
