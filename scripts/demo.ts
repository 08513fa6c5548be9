// The main job for real, in half a minute: a PostgreSQL with TLS, two profiles, runs, and each refusal. It checks itself.
//   npm run demo                          passwords in the keychain of a private session, else in an encrypted file
//   npm run demo -- --provider file       or keychain: this one

import { Ground } from '../test/services/ground.ts';
import { type DemoGround, prepare } from './demo/ground.ts';
import { Interrupted } from './demo/perform.ts';
import { session } from './demo/session.ts';
import type { StoreName } from './demo/store.ts';

const say = (text: string): void => void process.stdout.write(text);

function wantedStore(args: readonly string[]): StoreName | undefined {
  const [option, name, ...others] = args;
  if (option === undefined) return undefined;
  if (option === '--provider' && (name === 'keychain' || name === 'file') && others.length === 0) return name;
  throw new Error('usage: npm run demo [-- --provider keychain|file]');
}

/** @returns the exit status */
async function demo(args: readonly string[], stop: AbortSignal): Promise<number> {
  const from = Date.now();
  const wanted = wantedStore(args);
  const ground = new Ground((line) => say(`${line}\n`));
  // The last resort, where nothing can be waited for.
  process.once('exit', () => ground.kill());
  let made: DemoGround | undefined;
  try {
    say('Starting a PostgreSQL with a certificate from an authority made just now ...\n');
    made = await prepare(ground, wanted);
    say(introduction(made));
    const { commands, wrong } = await session(made, say, stop);
    return summary(commands, wrong, from);
  } finally {
    await made?.store.close();
    await ground.stop();
  }
}

function introduction({ server, place, store }: DemoGround): string {
  return [
    '',
    `server     PostgreSQL ${server.version} on localhost:${server.port}, TLS required`,
    `passwords  kept in ${store.words}`,
    `home       ${place.home}; yours is not touched, and all of this goes at the end`,
    '',
  ].join('\n');
}

function summary(commands: number, wrong: number, from: number): number {
  const time = `${((Date.now() - from) / 1000).toFixed(1)} s`;
  say(
    wrong === 0
      ? `\nAll ${commands} commands did what they should, and no password came out. (${time})\n`
      : `\n${wrong} of ${commands} commands did NOT do what they should. (${time})\n`,
  );
  return wrong === 0 ? 0 : 1;
}

/** The first signal lets everything be put away, the second one does not wait for it. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  const status = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(status[signal]);
      process.exitCode = status[signal];
      stop.abort();
    });
  }
  // Nobody reads on: `npm run demo | head`.
  process.stdout.on('error', () => stop.abort());
  return stop.signal;
}

async function main(): Promise<void> {
  const stop = stopOnSignals();
  try {
    const status = await demo(process.argv.slice(2), stop);
    process.exitCode ??= status;
  } catch (error) {
    process.exitCode ??= 1;
    if (error instanceof Interrupted || stop.aborted) say('\nStopped; everything is put away.\n');
    else
      process.stderr.write(`\nThe demonstration failed: ${error instanceof Error ? error.message : error}\n`);
  }
}

await main();
