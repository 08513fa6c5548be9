import { nodeDebugGuard, unsafeEnvGuard } from '../../src/guards/hygiene.ts';
import { parseTarget } from '../../src/profiles/target.ts';
import { assert, suite } from '../helpers/suite.ts';
import { production, situation } from './situation.ts';

const test = suite('inherited variables that give a password away');

for (const sections of [
  'child_process',
  'CHILD_PROCESS',
  'net,child_process',
  'net, child_process ',
  '*',
  'child_*',
  '*process',
  'c*d_p*s',
])
  test(`NODE_DEBUG=${sections} is refused everywhere`, () => {
    const env = { NODE_DEBUG: sections };
    assert.is(nodeDebugGuard(situation({}, { env }))?.level, 'refuse');
    assert.is(nodeDebugGuard(production({}, { env }))?.level, 'refuse');
  });

for (const sections of [
  '',
  'net',
  'net,tls',
  'process',
  'child',
  'child.process',
  'child_process_2',
  'xchild_process',
  '(',
  'n*t',
])
  test(`NODE_DEBUG=${sections} prints no environment and is let be`, () => {
    assert.is(nodeDebugGuard(production({}, { env: { NODE_DEBUG: sections } })), undefined);
  });

const unsafe = [
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'unset NODE_TLS_REJECT_UNAUTHORIZED'],
  [{ SSLKEYLOGFILE: '/tmp/keys' }, 'unset SSLKEYLOGFILE'],
  [{ NODE_OPTIONS: '--tls-keylog=/tmp/keys' }, 'unset NODE_OPTIONS'],
  [{ NODE_OPTIONS: '--max-old-space-size=100 --report-on-fatalerror' }, 'unset NODE_OPTIONS'],
  [{ NODE_OPTIONS: '--report-uncaught-exception' }, 'unset NODE_OPTIONS'],
  [{ NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' }, 'unset NODE_OPTIONS'],
  [{ NODE_OPTIONS: '--diagnostic-dir=/tmp' }, 'unset NODE_OPTIONS'],
] as const;

for (const [env, typed] of unsafe)
  test(`${Object.entries(env)[0]?.join('=')}: development warns, production refuses`, () => {
    const soft = unsafeEnvGuard(situation({}, { env }));
    const hard = unsafeEnvGuard(production({}, { env }));
    assert.is(`${soft?.level} ${soft?.code}`, 'warn UNSAFE_ENV');
    assert.is(`${hard?.level} ${hard?.code}`, 'refuse UNSAFE_ENV');
    assert.equal(hard?.hints, [['unset it:', typed]]);
  });

test('the same variables with harmless values are let be', () => {
  for (const env of [
    {},
    { NODE_TLS_REJECT_UNAUTHORIZED: '1' },
    { SSLKEYLOGFILE: '' },
    { NODE_OPTIONS: '--max-old-space-size=4096 --enable-source-maps' },
  ])
    assert.is(unsafeEnvGuard(production({}, { env })), undefined);
});

test('all that is wrong is named at once, each with what to type', () => {
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', SSLKEYLOGFILE: '/tmp/k', NODE_OPTIONS: '--tls-keylog=/k' };
  const finding = unsafeEnvGuard(production({}, { env }));
  for (const name of Object.keys(env)) assert.match(finding?.message ?? '', name);
  assert.is(finding?.hints?.length, 3);
});

test('option files count for MySQL and MariaDB, and not for PostgreSQL', () => {
  const optionFiles = ['/home/ann/.my.cnf sets host, user', '/home/ann/.mylogin.cnf sets a login'];
  for (const engine of ['mysql', 'mariadb']) {
    const profile = { target: parseTarget(`${engine}://app@db.company.com/shop`) };
    assert.is(unsafeEnvGuard(situation({ profile }, { optionFiles }))?.level, 'warn');
    const finding = unsafeEnvGuard(production({ profile }, { optionFiles }));
    assert.is(finding?.level, 'refuse');
    assert.equal(
      finding?.hints?.map(([, typed]) => typed),
      ['mv /home/ann/.my.cnf /home/ann/.my.cnf.off', 'mv /home/ann/.mylogin.cnf /home/ann/.mylogin.cnf.off'],
    );
  }
  assert.is(unsafeEnvGuard(production({}, { optionFiles })), undefined);
});

test.run();
