// An example that serves: its packages, installed apart from the project's own, and a question to it over HTTP.
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../src/digest.ts';
import { blocksOf, commandsOf } from '../helpers/document.ts';
import { environment } from '../helpers/program.ts';
import type { Shop } from '../helpers/shop.ts';
import { cached, project } from '../services/cache.ts';
import { must } from '../services/daemon.ts';

/**
 * Installs what an example's lockfile names, and gives it to the example.
 *
 * @param as a link, or a copy for a framework that takes no modules from outside of the project's folder
 */
export async function giveModules({ place }: Shop, example: string, as: 'link' | 'copy'): Promise<void> {
  const from = join(project, 'examples', example);
  const lock = readFileSync(join(from, 'package-lock.json'), 'utf8');
  const folder = await cached(`example-${example}-${sha256(lock).slice(0, 12)}`, async (draft) => {
    for (const name of ['package.json', 'package-lock.json', '.npmrc'])
      cpSync(join(from, name), join(draft, name));
    await must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: draft,
      env: process.env,
    });
  });
  const [modules, own] = [join(folder, 'node_modules'), join(place.cwd, 'node_modules')];
  rmSync(own, { recursive: true });
  if (as === 'link') symlinkSync(modules, own);
  // A copy of links, which takes no time, where both lie on one disk.
  else await must('cp', ['-alT', modules, own]).catch(() => must('cp', ['-aT', modules, own]));
}

/** Every command that the example's README tells to type. */
export function readmeCommands(example: string): string[] {
  const text = readFileSync(join(project, 'examples', example, 'README.md'), 'utf8');
  return blocksOf(text)
    .flatMap(commandsOf)
    .map(({ text }) => text);
}

/** Starts a server as its README says, and gives back what it answers; with all that it said, once it has ended. */
export async function ask(
  { place, env }: Shop,
  command: string,
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly port: number;
    /** Further paths, asked behind `/`; what they answer, errors too, is put together. */
    readonly more?: readonly string[];
  },
): Promise<{ readonly answer: string; readonly more: string; readonly output: string }> {
  const all = environment(place, { env: { ...env, ...options.env, PORT: String(options.port) } });
  const child = spawn('sh', ['-c', `exec ${command}`], { cwd: place.cwd, env: all, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const over = new Promise((resolve) => child.once('close', resolve));
  try {
    const answer = await answerOf(options.port, () => (child.exitCode === null ? undefined : output));
    const more = await Promise.all((options.more ?? []).map((path) => textOf(options.port, path)));
    return { answer, more: more.join('\n'), output };
  } finally {
    // The whole group: a framework starts others, and npm waits for them.
    if (child.pid) process.kill(-child.pid, 'SIGTERM');
    const late = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), 5000);
    await over;
    clearTimeout(late);
  }
}

const textOf = async (port: number, path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).text();

async function answerOf(port: number, ended: () => string | undefined): Promise<string> {
  for (const until = Date.now() + 60_000; ; await sleep(50)) {
    const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    const text = await response?.text();
    if (response?.ok && text) return text;
    const said = ended();
    if (response || said !== undefined || Date.now() > until)
      throw new Error(`no answer, but ${response?.status ?? 'nothing'}: ${text ?? said}`);
  }
}
