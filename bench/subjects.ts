import { newPlace, type Place } from '../test/helpers/place.ts';
import { cli, dbcreds } from '../test/helpers/program.ts';
import { Keychain } from '../test/services/keychain.ts';
import { Unavailable } from '../test/services/use.ts';
import type { Command } from './measure.ts';

/** What is timed, in times of a bare `node -e 0`. */
export interface Subject {
  readonly name: string;
  readonly command: (node: string) => Command;
  readonly aim?: Aim;
}

/** Upper limits of the ratio: replacing the process, and spawning. */
export interface Aim {
  readonly exec: number;
  readonly spawn: number;
}

const run = ['run', '--env', 'dev', '--', 'true'];
const url = 'postgresql://shop:s3cret@localhost:5432/shop';

/** `dbcreds run -- true` with the env provider, in projects that grow. */
export function withEnv(): Subject[] {
  return [1, 100, 1_000, 10_000].map((count) => {
    const place = project(count);
    const env = { ...place.env, DBCREDS_DEV_URL: url };
    return {
      name: `dbcreds, env, ${count.toLocaleString('en')} profile${count > 1 ? 's' : ''}`,
      command: (node) => ({ argv: [node, cli, ...run], cwd: place.cwd, env }),
      ...(count === 1 && { aim: { exec: 1.15, spawn: 1.35 } }),
    };
  });
}

/** The same out of a real Secret Service, on a bus of its own. */
export async function withKeychain(): Promise<{ subjects: Subject[]; close: () => Promise<void> }> {
  const keychain = await Keychain.open('unlocked');
  const place = project(1);
  const env = { ...place.env, ...keychain.env };
  const add = ['add', 'dev', '--password-stdin', '--no-test', '--provider', 'keychain'];
  const { code, output } = await dbcreds(add, {
    place,
    env: keychain.env,
    input: 'Long-enough-4-a-benchmark',
  });
  if (code !== 0) throw new Error(`nothing could be stored: ${output}`);
  const subject: Subject = {
    name: 'dbcreds, keychain, 1 profile',
    command: (node) => ({ argv: [node, cli, ...run], cwd: place.cwd, env }),
    aim: { exec: 1.35, spawn: 1.6 },
  };
  return { subjects: [subject], close: () => keychain.close() };
}

/** Why there is no keychain here. @throws whatever else it was */
export function whyNot(error: unknown): string {
  if (error instanceof Unavailable) return error.message;
  throw error;
}

function project(count: number): Place {
  const place = newPlace();
  const others = Array.from({ length: count - 1 }, (_, i) => `env-${i}`);
  const entry = (name: string): [string, object] => [
    name,
    { url: `postgresql://shop@localhost:5432/${name}` },
  ];
  const dev = ['dev', { url: 'postgresql://shop@localhost:5432/shop' }];
  place.write('dbcreds.json', { project: 'shop', profiles: Object.fromEntries([...others.map(entry), dev]) });
  return place;
}
