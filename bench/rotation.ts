// What a rotation costs, in times of the bare statement by the engine's own client; and where the time goes.
//   npm run bench:rotation                     one rotation for each engine, and --all over 100 profiles
//   npm run bench:rotation -- --rounds 21      how many pairs (default 11; of --all a fifth of it)
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Shop, urlOf } from '../test/commands/kit.ts';
import { cli, environment } from '../test/helpers/program.ts';
import { Keychain } from '../test/services/keychain.ts';
import { type Login, newLogin, type Server } from '../test/services/server.ts';
import { use } from '../test/services/use.ts';
import { type Command, compare, median } from './measure.ts';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const tick = (): boolean => process.stderr.write('.');

/** One user's machine: profiles on a server, their passwords stored. */
interface Ground {
  readonly rotate: (args: readonly string[]) => Command;
  readonly close: () => Promise<void>;
}

async function ground(server: Server, count: number, provider: 'file' | 'keychain'): Promise<Ground> {
  const keychain = provider === 'keychain' ? await Keychain.open('unlocked') : undefined;
  const shop = await Shop.open({}, { ...keychain?.env, CI: 'true' });
  const logins = new Map<string, Login>();
  for (let i = 1; i <= count; i++) logins.set(`db${i}`, await newLogin(server));
  const entry = (login: Login): object => ({
    url: urlOf(server, login),
    tls: { mode: 'verify-full', ca: 'ca.pem' },
    provider,
  });
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  shop.write(Object.fromEntries([...logins].map(([name, login]) => [name, entry(login)])) as never);
  for (const [name, { password }] of logins) await shop.store(name, password);
  return {
    rotate: (args) => ({
      argv: [process.execPath, cli, 'rotate', '--sole-holder', ...args],
      cwd: shop.place.cwd,
      env: environment(shop.place, { env: shop.env }),
    }),
    close: async () => keychain?.close(),
  };
}

/** The bare statement with a password that the client takes from its environment, over verified TLS. */
async function bare(server: Server, times = 1): Promise<Command> {
  const { user, password, database } = await newLogin(server);
  const quoted = password.replaceAll("'", "''");
  const common = { PATH: `${server.clients}:${process.env.PATH}`, CA: server.ca };
  const env: { [name: string]: string } =
    server.engine === 'postgresql'
      ? {
          ...common,
          PGHOST: server.host,
          PGPORT: `${server.port}`,
          PGUSER: user,
          PGPASSWORD: password,
          PGDATABASE: database,
          PGSSLMODE: 'verify-full',
          PGSSLROOTCERT: server.ca,
        }
      : { ...common, MYSQL_PWD: password };
  const once =
    server.engine === 'postgresql'
      ? `psql -qc "ALTER ROLE SESSION_USER PASSWORD '${quoted}'"`
      : `${server.engine === 'mysql' ? 'mysql --ssl-mode=VERIFY_IDENTITY' : 'mariadb --ssl-verify-server-cert'} --ssl-ca="$CA" ` +
        `--protocol=tcp -h ${server.host} -P ${server.port} -u ${user} -e "${statement(server, quoted)}"`;
  const text = times === 1 ? once : `for i in $(seq ${times}); do ${once} || exit 1; done`;
  return { argv: ['sh', '-c', text], cwd: '/', env };
}

const statement = ({ engine }: Server, password: string): string =>
  engine === 'mysql'
    ? `ALTER USER USER() IDENTIFIED BY '${password}' REPLACE '${password}'`
    : `SET PASSWORD = PASSWORD('${password}')`;

async function one(server: Server, rounds: number): Promise<void> {
  const baseline = await bare(server);
  for (const provider of ['file', 'keychain'] as const) {
    const machine = await ground(server, 1, provider);
    const [timing] = compare(baseline, [machine.rotate(['db1'])], rounds, tick);
    const base = timing ? timing.ms / timing.ratio : Number.NaN;
    say(
      `| ${server.engine} ${server.version} | ${provider} | ${base.toFixed(0)} | ${timing?.ms.toFixed(0)} | ${timing?.ratio.toFixed(1)} |`,
    );
    await parts(machine.rotate(['db1']), rounds);
    await machine.close();
  }
}

/** The share of each step: the time from its line to the next one. */
async function parts(command: Command, rounds: number): Promise<void> {
  const spans = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [step, ms] of await stepsOf(command)) spans.set(step, [...(spans.get(step) ?? []), ms]);
  }
  const shown = [...spans].map(([step, times]) => `${step} ${median(times).toFixed(0)}`);
  say(`|   in ms: ${shown.join(', ')} |||||`);
}

async function stepsOf({ argv: [file, ...args], cwd, env }: Command): Promise<[string, number][]> {
  const marks: [string, number][] = [['start', performance.now()]];
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: child.stderr })) {
    const [, step = ''] = /^dbcreds: \w+: (\w+(?: \w+)?)/.exec(line) ?? [];
    marks.push([step, performance.now()]);
  }
  return marks.map(([step, at], i) => [step, (marks[i + 1]?.[1] ?? performance.now()) - at]);
}

async function all(server: Server, count: number, rounds: number): Promise<void> {
  const baseline = await bare(server, count);
  for (const provider of ['file', 'keychain'] as const) {
    const machine = await ground(server, count, provider);
    const [timing] = compare(baseline, [machine.rotate(['--all'])], rounds, tick);
    const base = timing ? timing.ms / timing.ratio : Number.NaN;
    say(
      `| --all, ${count} profiles, ${server.engine} | ${provider} | ${base.toFixed(0)} | ${timing?.ms.toFixed(0)} | ${timing?.ratio.toFixed(1)} |`,
    );
    await machine.close();
  }
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '11' }, profiles: { type: 'string', default: '100' } },
});
const rounds = Number(values.rounds);
say("| what | store | the client's bare statement, ms | rotation, ms | ratio |");
say('|---|---|---|---|---|');
for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) await one(await use(engine), rounds);
await all(await use('postgresql'), Number(values.profiles), Math.max(1, Math.floor(rounds / 5)));
process.exit();
