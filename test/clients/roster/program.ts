import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from '../../services/server.ts';
import type { Kit } from './client.ts';

type Command = (kit: Kit) => readonly string[];

/** A program of the kit's under the Node that runs the tests. */
export function node(program: string, ...args: string[]): Command {
  return ({ folder }) => [process.execPath, join(folder, program), ...args];
}

/** The same where it needs TypeScript. */
export function tsx(program: string, ...args: string[]): Command {
  return ({ folder }) => [
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    join(folder, program),
    ...args,
  ];
}

/** A program of the kit's under Deno. */
export function deno(program: string, ...args: string[]): Command {
  return ({ folder }) => [
    join(folder, `node_modules/@deno/${process.platform}-${process.arch}-glibc/deno`),
    ...['run', '--quiet', '--allow-all', '--node-modules-dir=manual'],
    ...[join(folder, program), ...args],
  ];
}

/** A program of the kit's under Bun. */
export function bun(program: string, ...args: string[]): Command {
  return ({ folder }) => [
    join(folder, `node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`),
    ...['run', join(folder, program), ...args],
  ];
}

/** The version that npm's lockfile pins, without the number that a mended bug changes. */
export function pinned(name: string): (kit: Kit) => string {
  return ({ folder }) => {
    const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    return version.replace(/\.\d+$/, '');
  };
}

/** The first number that a client of the engine's says of itself and that has a point behind it. */
export function said(program: string): (kit: Kit, server: Server) => string {
  return (_, { clients }) => {
    const words = execFileSync(join(clients, program), ['--version'], { encoding: 'utf8' });
    return /(\d+)\.\d+/.exec(words.replace(/^.*(Distrib|from)/, ''))?.[1] ?? '?';
  };
}
