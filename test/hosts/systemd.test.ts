import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Shop } from '../commands/kit.ts';
import { blocksOf } from '../helpers/document.ts';
import { cli, program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { manager, namespace } from '../services/systemd.ts';
import { use } from '../services/use.ts';

const test = suite('systemd', { needs: ['systemd', 'node20', 'node24'] });

const secret = 'postgresql://app:Correct-Horse-7-Battery@db.company.com/shop';

/** The documented units, the first of them the service. */
const documented = blocksOf(readFileSync(join(project, 'docs/hosts.md'), 'utf8'))
  .filter(({ lang }) => lang === 'ini')
  .map(({ lines }) => lines.join('\n'));

/** Says as whom it was started, that it is ready, and ends by itself on SIGTERM. */
const app = `#!/bin/bash
trap 'echo "told to end"; exit 0' TERM
echo "has $PGDATABASE, main process: $([ "$SYSTEMD_EXEC_PID" = $$ ] && echo yes || echo no), $(stat -c %a "$CREDENTIALS_DIRECTORY/prod_url")"
[ -z "$NOTIFY_SOCKET" ] || systemd-notify --ready
echo ready
while :; do sleep 0.05; done
`;

/** Looks whether the first descriptor that it was promised is a socket. */
const count = `#!/bin/bash
found=$(readlink /proc/$$/fd/3 | grep -c ^socket)
echo "$found socket of $LISTEN_FDS, for this process: $([ "$LISTEN_PID" = $$ ] && echo yes || echo no)"
`;

async function open(): Promise<Shop> {
  const shop = await Shop.open({ prod: { url: 'postgresql://app@db.company.com/shop', production: true } });
  shop.place.write('prod_url', `${secret}\n`, 0o600);
  shop.place.write('app.sh', app, 0o755);
  return shop;
}

/** A documented unit, at this place: no other user in a user's manager. */
const placed = (shop: Shop, node: string, text: string): string =>
  text
    .replaceAll('/usr/bin/dbcreds', `${node} ${cli}`)
    .replaceAll('/usr/bin/node app.js', `${shop.place.cwd}/app.sh`)
    .replaceAll('/srv/shop', shop.place.cwd)
    .replaceAll('/etc/shop/prod_url', join(shop.place.cwd, 'prod_url'))
    .replace('User=shop\n', '');

/** The documented service, writing to a file, with one line in place of another. */
const unit = (shop: Shop, node: string, from = '', to = ''): string =>
  placed(shop, node, documented[0] ?? '')
    .replace(from, to)
    .replace('[Install]', `${output(shop)}[Install]`);

/**
 * Starts a user's manager in a namespace, and runs a script beside it. It knows our units alone: one of the system's own
 * (`systemd-tmpfiles --remove`) would empty the machine's folder for temporary files.
 */
async function beside(shop: Shop, units: Readonly<Record<string, string>>, script: string): Promise<string> {
  for (const name of ['basic', 'sockets', 'shutdown', 'exit', 'default'])
    shop.place.write(`units/${name}.target`, '[Unit]\nDescription=Nothing\n');
  for (const [name, text] of Object.entries(units)) shop.place.write(`units/${name}`, text);
  const folder = join(shop.place.cwd, 'units');
  const lines = `
    mount --make-rprivate /; mount --make-rshared /
    mount -t tmpfs tmpfs /run; mount --make-shared /run
    mkdir -p /run/systemd/system; mkdir -p -m 700 "$XDG_RUNTIME_DIR"
    ${manager} --user --unit=basic.target </dev/null >/dev/null 2>&1 &
    for i in $(seq 100); do case $(systemctl --user is-system-running 2>&1) in running|degraded) break;; esac; sleep 0.1; done
    logged() { for i in $(seq 100); do grep -qs "$1" "$2" && return; sleep 0.1; done; echo "no $1 in $2"; cat "$2"; }
    ${script}`;
  const env = {
    XDG_RUNTIME_DIR: '/run/user/test',
    SYSTEMD_LOG_TARGET: 'null',
    SYSTEMD_UNIT_PATH: folder,
    SYSTEMD_GENERATOR_PATH: folder,
    SYSTEMD_ENVIRONMENT_GENERATOR_PATH: folder,
  };
  const argv = [...namespace, 'bash', '-c', lines];
  return (await shop.program('unshare', argv, { env, timeout: 60_000 })).output;
}

const output = (shop: Shop): string =>
  `StandardOutput=append:${shop.place.cwd}/log\nStandardError=append:${shop.place.cwd}/log\n`;
const log = (shop: Shop): string => readFileSync(join(shop.place.cwd, 'log'), 'utf8');

test('the documented unit holds', async () => {
  const shop = await open();
  const { file } = await use('node', '24');
  shop.place.write('shop.service', unit(shop, file));
  const verified = await program(
    'systemd-analyze',
    ['verify', '--man=no', join(shop.place.cwd, 'shop.service')],
    shop.options(),
  );
  assert.equal([verified.code, verified.output], [0, '']);
});

test('the secret comes by LoadCredential, and the program is the main process', async () => {
  const shop = await open();
  const { file } = await use('node', '24');
  const text = unit(shop, file);
  const said = await beside(
    shop,
    { 'shop.service': text },
    'systemctl --user start shop; logged ready log; systemctl --user stop shop; systemctl --user show shop -p Result -p ExecMainStatus',
  );
  assert.match(said, /Result=success\nExecMainStatus=0\n/);
  assert.match(log(shop), /has shop, main process: yes, 400\nready\n(Terminated\n)?told to end\n/, log(shop));
});

for (const [version, access] of [
  ['24', 'main'],
  ['20', 'all'],
] as const)
  test(`Type=notify under Node ${version} with NotifyAccess=${access}`, async () => {
    const shop = await open();
    const { file } = await use('node', version);
    const notify = `Type=notify\nTimeoutStartSec=20\nNotifyAccess=${access}`;
    const text = unit(shop, file, 'Type=exec', notify);
    const said = await beside(
      shop,
      { 'shop.service': text },
      'systemctl --user start shop; systemctl --user is-active shop; systemctl --user stop shop; systemctl --user show shop -p Result',
    );
    assert.match(said, /^active\nResult=success\n/m, log(shop));
  });

test('a refusal is not tried again', async () => {
  const shop = await open();
  const { file } = await use('node', '24');
  const text = unit(shop, file, 'CONFIRM=prod', 'CONFIRM=dev');
  const said = await beside(
    shop,
    { 'shop.service': text },
    'systemctl --user start shop; logged CONFIRM log; sleep 0.5; systemctl --user show shop -p NRestarts -p ExecMainStatus',
  );
  assert.match(said, /NRestarts=0\nExecMainStatus=125|ExecMainStatus=125\nNRestarts=0/);
});

test('sockets are lost on the way, unless they are taken out of it', async () => {
  const { file } = await use('node', '24');
  const { 1: around = '' } = documented;
  const plain = around.replace(
    /ExecStart=.*/,
    'ExecStart=/usr/bin/dbcreds run --env prod -- /usr/bin/node app.js',
  );
  for (const [service, found] of [
    [plain, 0],
    [around, 1],
  ] as const) {
    const shop = await open();
    shop.place.write('app.sh', count, 0o755);
    const unit = `${placed(shop, file, service)}\nWorkingDirectory=${shop.place.cwd}\nEnvironment=DBCREDS_CONFIRM=prod DBCREDS_PROD_URL_FILE=prod_url\n${output(shop)}`;
    const units = { 'shop.service': unit, 'shop.socket': `[Socket]\nListenStream=${shop.place.tmp}/s\n` };
    const connect = `${file} -e 'require("net").connect("${shop.place.tmp}/s").end()'`;
    await beside(shop, units, `systemctl --user start shop.socket; ${connect}; logged socket log`);
    assert.match(log(shop), `${found} socket of 1, for this process: yes\n`);
  }
});

test.run();
