import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context, Environment } from '../../src/context.ts';
import { DbcredsError } from '../../src/errors.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import type { Record } from '../../src/profiles/record.ts';
import type { Hooks } from '../../src/providers/hooks.ts';
import type { Ref } from '../../src/providers/provider.ts';
import { Secret } from '../../src/secret.ts';
import { profileOf } from '../helpers/profile.ts';
import { cleanEnvironment } from '../services/daemon.ts';

export const target = 'postgresql://shop@db.example:5432/shop';

export const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'p-'));

/** A context that knows nothing of this machine but a folder of its own. */
export function contextIn(folder: string, env: Environment = {}): Context {
  return {
    env,
    cwd: folder,
    home: folder,
    platform: process.platform,
    now: Date.now(),
    folders: {
      config: join(folder, 'config'),
      data: join(folder, 'data'),
      cache: join(folder, 'cache'),
      state: join(folder, 'state'),
    },
  };
}

export const profileIn = (folder: string, more: Partial<Profile> = {}): Profile =>
  profileOf({ file: join(folder, 'dbcreds.json'), ...more });

export const refOf = (more: Partial<Ref> = {}): Ref => ({
  id: 'shop/prod',
  variable: 'PROD',
  target,
  production: false,
  ...more,
});

export const recordOf = (password: string, more: Partial<Record> = {}): Record => ({
  targets: [target],
  production: false,
  current: { password: new Secret(password), setAt: Date.UTC(2026, 7, 14, 10) },
  revision: 1,
  ...more,
});

/** Answers each question with the next text, and keeps what was asked and said. */
export interface Answering extends Hooks {
  readonly asked: string[];
  readonly waits: string[];
}

export function hooksWith(...answers: string[]): Answering {
  const asked: string[] = [];
  const waits: string[] = [];
  const left = [...answers];
  return {
    terminal: answers.length > 0,
    asked,
    waits,
    waiting: (message) => waits.push(message),
    ask: async (question) => {
      asked.push(question);
      const answer = left.shift();
      if (answer === undefined) throw new Error(`asked once too often: ${question}`);
      return new Secret(answer);
    },
  };
}

/** The error that a refusal throws. */
export function refusal(act: () => unknown): DbcredsError {
  try {
    act();
  } catch (error) {
    if (error instanceof DbcredsError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

/** The error that a refusal rejects with. */
export async function refused(work: Promise<unknown>): Promise<DbcredsError> {
  const error = await work.then(
    () => new Error('was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof DbcredsError) return error;
  throw error;
}

/** A program of test/fixtures, in a process of its own. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  kill(): void;
  /** Resolves once it printed that text. */
  saw(text: string): Promise<void>;
}

/** @param fixture below test/fixtures, or the absolute path of one that was built */
export function start(fixture: string, job: unknown, env: NodeJS.ProcessEnv = {}): Running {
  const from = performance.now();
  const file = resolve(import.meta.dirname, '../fixtures', fixture);
  const options = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...options, file, JSON.stringify(job)], {
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kept = { stdout: '', stderr: '' };
  const listeners: (() => void)[] = [];
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (data) => {
      kept[name] += String(data);
      for (const listener of listeners) listener();
    });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ ...kept, code, signal, ms: performance.now() - from }));
  });
  const saw = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (kept.stdout.includes(text)) resolve();
      };
      listeners.push(look);
      look();
      void ended.then(() => reject(new Error(`ended without "${text}": ${kept.stdout}${kept.stderr}`)));
    });
  return { pid: child.pid ?? 0, ended, saw, kill: () => child.kill('SIGKILL') };
}
