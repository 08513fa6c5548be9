import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { codeOf, Shop } from '../commands/kit.ts';
import { cli, type Result } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('cli: a home that cannot be written');

const secret = 'a-Secret-of-the-shop-1';
const url = 'postgresql://app@localhost:5432/shop';
const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';

const open = (): Promise<Shop> =>
  Shop.open(
    {
      dev: { url },
      strict: { url, log: 'required' },
      ca: { url, tls: { mode: 'verify-full', ca: 'ca.pem' } },
      my: { url: 'mysql://app@localhost/shop' },
    },
    {
      DBCREDS_DEV_PASSWORD: secret,
      DBCREDS_STRICT_PASSWORD: secret,
      DBCREDS_CA_PASSWORD: secret,
      DBCREDS_MY_PASSWORD: secret,
    },
  );

/** A private view of the file system for one command, where a small and empty file system lies over the home folder. */
const script = (prepare: string): string => `set -e
  mount -t tmpfs -o size=64k tmpfs "$HOME"
  mkdir -p "$HOME/work"; cp -r "$KEEP/." "$HOME/work"; cd "$HOME/work"
  ${prepare}
  status=0; "$@" || status=$?
  test -z "$SHOWN" || cat "$SHOWN"
  exit $status`;
const readOnly = 'mount -o remount,ro "$HOME"; cd "$HOME/work"';
const full = 'cat /dev/zero > "$HOME/fill" 2>/dev/null || true';

/** @param prepare what happens to it before the command runs */
async function inHome(shop: Shop, prepare: string, args: readonly string[], input = ''): Promise<Result> {
  shop.place.write('ca.pem', pem);
  const keep = `${shop.place.tmp}/keep`;
  execFileSync('cp', ['-r', shop.place.cwd, keep]);
  const words = ['-m', 'sh', '-c', script(prepare), 'sh', process.execPath, cli, ...args];
  const result = await shop.program('unshare', words, { env: { KEEP: keep }, input });
  assert.not.match(result.output, /\n {4}at |INTERNAL/);
  execFileSync('rm', ['-r', keep]);
  return result;
}

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const echo = ['--', 'echo', 'ran'];

if (canMount()) {
  for (const [name, prepare, why] of [
    ['read-only', readOnly, 'its folder cannot be made|EROFS'],
    ['full', full, 'ENOSPC'],
  ] as const) {
    test(`${name}: a run goes on with one warning`, async () => {
      const { code, stdout, stderr } = await inHome(await open(), prepare, ['run', '-e', 'dev', ...echo]);
      assert.equal([code, stdout], [0, 'ran\n'], stderr);
      assert.match(
        stderr,
        new RegExp(
          `^dbcreds: warning: the log of runs, \\S+, cannot be written \\((${why})\\) \\(LOG\\)\\n$`,
        ),
      );
    });

    test(`${name}: where the log is required it is refused`, async () => {
      const result = await inHome(await open(), prepare, ['run', '-e', 'strict', ...echo]);
      assert.equal([result.code, result.stdout, codeOf(result)], [125, '', 'LOG']);
    });

    test(`${name}: files that clients need have nowhere to be, and where they could is told`, async () => {
      for (const profile of ['ca', 'my']) {
        const result = await inHome(await open(), prepare, ['run', '-e', profile, ...echo]);
        assert.equal([result.code, result.stdout, codeOf(result)], [125, '', 'FILE_ACCESS'], result.output);
        assert.match(result.stderr, /export XDG_CACHE_HOME=\/path\/to\/folder\n$/);
      }
    });

    test(`${name}: looking works`, async () => {
      for (const args of [['list'], ['check'], ['show', 'dev'], ['log'], ['trust', 'dev', '--print']]) {
        const { code, output } = await inHome(await open(), prepare, args);
        assert.is(code, 0, output);
      }
    });

    test(`${name}: adding fails without leaving half a profile`, async () => {
      const shop = await open();
      const target = ['--type', 'pg', '--host', 'h', '--database', 'd', '--username', 'u', '--no-test'];
      const args = ['add', 'new', ...target, '--provider', 'file', '--password-stdin'];
      const shown = `${prepare}; SHOWN=dbcreds.json`;
      const { code, stdout, stderr } = await inHome(shop, shown, args, secret);
      assert.equal(Object.keys(JSON.parse(stdout).profiles), ['dev', 'strict', 'ca', 'my']);
      assert.is(code, 125, stderr);
      assert.is(codeOf({ stderr }), 'FILE_ACCESS');
      assert.not.match(stderr, new RegExp(secret));
    });
  }

  test('a folder that can be written is enough', async () => {
    const shop = await open();
    const elsewhere = `${readOnly}; export XDG_CACHE_HOME="$TMPDIR/c" XDG_STATE_HOME="$TMPDIR/s"`;
    for (const profile of ['ca', 'my']) {
      const { code, output } = await inHome(shop, elsewhere, ['run', '-e', profile, ...echo]);
      assert.equal([code, output], [0, 'ran\n']);
    }
    assert.ok(existsSync(`${shop.place.tmp}/c/dbcreds`));
    assert.ok(readFileSync(`${shop.place.tmp}/s/dbcreds/runs.jsonl`, 'utf8').includes('shop/my'));
  });
} else test.skip('read-only and full file systems', 'only root may mount one');

test.run();
