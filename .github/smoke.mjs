// Packs the package as it was built, installs it into an empty folder, and uses it from there, with nothing but Node and npm: for every system.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const windows = process.platform === 'win32';
const folder = mkdtempSync(join(tmpdir(), 'dbcreds-smoke-'));
const shop = 'postgresql://shop@db.company.example:5432/shop';

function run(command, args, options = {}) {
  // npm and what it installs are `.cmd` files on Windows, which only a shell starts. No argument here needs quotes.
  return spawnSync(command, args, { encoding: 'utf8', shell: windows, ...options });
}

function must(command, args, options) {
  const done = run(command, args, options);
  assert.equal(done.status, 0, `${command} ${args.join(' ')}: ${done.error ?? done.stdout + done.stderr}`);
  return done.stdout;
}

try {
  must('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  const [pack] = readdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  must('npm', ['install', '--silent', '--no-audit', '--no-fund', `./${pack}`], { cwd: folder });
  const profiles = { dev: { url: shop }, prod: { url: shop, production: true } };
  writeFileSync(join(folder, 'dbcreds.json'), JSON.stringify({ project: 'shop', profiles }));
  writeFileSync(
    join(folder, 'child.cjs'),
    'console.log(process.env.PGUSER, process.env.DBCREDS_DEV_URL === undefined); process.exitCode = 7;',
  );

  const env = { ...process.env, DBCREDS_DEV_URL: shop.replace('shop@', 'shop:s3cret@') };
  const dbcreds = (...args) => run(join(folder, 'node_modules/.bin/dbcreds'), args, { cwd: folder, env });
  assert.match(must(join(folder, 'node_modules/.bin/dbcreds'), ['--version']), /^dbcreds \d+\.\d+\.\d+/);

  const child = dbcreds('run', '--env', 'dev', '--', 'node', 'child.cjs');
  assert.equal(child.stdout.trim(), 'shop true', child.stderr);
  assert.equal(child.status, 7);

  const asked = dbcreds('run', '--env', 'prod', '--provider', 'env', '--', 'node', 'child.cjs');
  assert.equal(asked.status, 125);
  assert.equal(asked.stdout, '');
  assert.equal(dbcreds('run', '--env', 'dev', '--', 'no-such-command').status, 127);
  if (!windows) {
    const killed = dbcreds('run', '--env', 'dev', '--', 'sh', '-c', 'kill -TERM $$');
    assert.equal(killed.signal, 'SIGTERM');
  }
  process.stdout.write(`dbcreds works on ${process.platform} with Node ${process.version}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
