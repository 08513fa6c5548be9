// What a run costs before the command starts, and while it runs, in times of a bare start of the same Node.
//   npm run bench                           all of it, under Node 20 and 24, with others beside it (about 10 minutes)
//   npm run bench -- --quick                the same with 5 pairs of runs each instead of 25
//   npm run bench -- --rounds 51 --node 24,26 --only env,dotenvx     other numbers, other Nodes, some rows
//   npm run bench -- --write                puts what it found into docs/performance.md
import { parseArgs } from 'node:util';
import { newPlace } from '../test/helpers/place.ts';
import { Keychain } from '../test/services/keychain.ts';
import { Unavailable, use } from '../test/services/use.ts';
import { type Command, compare, median, type Timing } from './measure.ts';
import { withPeers, withSecretTool } from './peers.ts';
import { type Column, chart, growth, heading, type Row, table, verdict, writePage } from './report.ts';
import { type Subject, withEnv, withFile, withKeychain } from './subjects.ts';
import { cpuOf, peakOf, residentOf } from './usage.ts';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const tick = (): boolean => process.stderr.write('.');

async function subjectsOf(keychain: Keychain | undefined): Promise<Subject[]> {
  const ours = [...withEnv(), ...(await withFile()), ...(keychain ? await withKeychain(keychain) : [])];
  const peers = await withPeers().catch((error) => {
    say(`without other programs: ${error.message}`);
    return [];
  });
  return [...ours, ...peers, ...(keychain ? [await withSecretTool(keychain)] : [])];
}

async function measure(major: string, subjects: readonly Subject[], rounds: number): Promise<Column> {
  const { file, version } = await use('node', major);
  const { cwd, env } = newPlace();
  const bare: Command = { argv: [file, '-e', '0'], cwd, env };
  const exec = process.platform !== 'win32' && Number(major) >= 22;
  // It comes first against itself: how far the machine is from quiet.
  const named: readonly Subject[] = [{ name: '`node -e 0`', wraps: false, command: () => bare }, ...subjects];
  const commands = named.map(({ command }) => command(file, ['true']));
  const wall = compare(bare, commands, rounds, tick);
  const cpu = compare(bare, commands, rounds, tick, cpuOf);
  const rows: Row[] = [];
  for (const [i, subject] of named.entries())
    rows.push({
      name: subject.name,
      profiles: subject.profiles,
      aim: subject.aim?.[exec ? 'exec' : 'spawn'],
      wall: wall[i] as Timing,
      cpu: cpu[i] as Timing,
      peak: peak(commands[i] as Command),
      resident: subject.wraps ? await residentOf(subject.command(file, ['sleep', '60'])) : undefined,
    });
  process.stderr.write('\n');
  return { node: version, exec, rows };
}

/** Of three runs: it hardly varies. */
function peak(command: Command): number | undefined {
  const found = [1, 2, 3].map(() => peakOf(command)).filter((bytes) => bytes !== undefined);
  return found.length > 0 ? median(found) : undefined;
}

function print(columns: readonly Column[]): string {
  const parts = columns.flatMap((column) => [heading(column), table(column), verdict(column), chart(column)]);
  return [...parts, growth(columns)].filter((part) => part !== '').join('\n\n');
}

/** @returns undefined where this machine cannot have one */
async function openKeychain(): Promise<Keychain | undefined> {
  try {
    return await Keychain.open('unlocked');
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    say(`without the keychain: ${error.message}`);
    return undefined;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string' },
      node: { type: 'string', default: '20,24' },
      only: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 5 : 25));
  const keychain = await openKeychain();
  try {
    const words = values.only.split(',');
    const subjects = (await subjectsOf(keychain)).filter(({ name }) =>
      words.some((word) => name.includes(word)),
    );
    const columns: Column[] = [];
    for (const major of values.node.split(',')) columns.push(await measure(major, subjects, rounds));
    const text = print(columns);
    say(text);
    if (values.write) writePage(text, rounds);
  } finally {
    await keychain?.close();
  }
  process.exit();
}

await main();
