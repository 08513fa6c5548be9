// What a run costs before the command starts, in times of a bare start of the same Node.
//   npm run bench                           the aims, under every Node that can be had
//   npm run bench -- --peers                and what others need for the same
//   npm run bench -- --rounds 51 --node 24  how many pairs of runs (default 25), and under which Nodes (20,22,24,26)
import { parseArgs } from 'node:util';
import { use } from '../test/services/use.ts';
import { compare, type Timing } from './measure.ts';
import { withPeers } from './peers.ts';
import { type Aim, type Subject, whyNot, withEnv, withKeychain } from './subjects.ts';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

interface Column {
  readonly node: string;
  readonly by: keyof Aim;
  readonly timings: readonly Timing[];
}

async function measure(major: string, subjects: readonly Subject[], rounds: number): Promise<Column> {
  const { file, version } = await use('node', major);
  const commands = subjects.map(({ command }) => command(file));
  const [first] = commands;
  if (first === undefined) throw new Error('there is nothing to time');
  const baseline = { ...first, argv: [file, '-e', '0'] } as const;
  const timings = compare(baseline, commands, rounds, () => process.stderr.write('.'));
  process.stderr.write('\n');
  return { node: version, by: major === '20' ? 'spawn' : 'exec', timings };
}

function print(subjects: readonly Subject[], columns: readonly Column[]): void {
  const cells = columns.map(({ node, by }) => `Node ${node}, ${by}`);
  say(`| x \`node -e 0\` (ms) | ${cells.join(' | ')} |`);
  say(`|---|${columns.map(() => '---|').join('')}`);
  subjects.forEach(({ name, aim }, i) => {
    const row = columns.map(({ by, timings }) => cell(timings[i], aim?.[by]));
    say(`| ${name} | ${row.join(' | ')} |`);
  });
}

function cell(timing: Timing | undefined, aim: number | undefined): string {
  if (timing === undefined) return '';
  const { ratio, ms } = timing;
  const verdict = aim === undefined ? '' : `, aim ${aim.toFixed(2)}${ratio > aim ? ' MISSED' : ''}`;
  return `${ratio.toFixed(2)} (${ms.toFixed(0)})${verdict}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      peers: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '25' },
      node: { type: 'string', default: '20,22,24,26' },
    },
  });
  const keychain = await withKeychain().catch((error) => {
    say(`without the keychain: ${whyNot(error)}`);
    return { subjects: [], close: async () => {} };
  });
  try {
    const subjects = [...withEnv(), ...keychain.subjects, ...(values.peers ? await withPeers() : [])];
    const columns: Column[] = [];
    for (const major of values.node.split(','))
      columns.push(await measure(major, subjects, Number(values.rounds)));
    print(subjects, columns);
  } finally {
    await keychain.close();
  }
  process.exit();
}

await main();
