// Dockerfiles and `docker run` lines as a box understands them. Whatever it does not know is an error: nothing is passed over.
import { cpSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { newPlace } from '../helpers/place.ts';
import { project } from '../services/cache.ts';
import { type Image, installInto, type Options } from './box.ts';

export interface Built {
  readonly image: Image;
  readonly uid: number;
  readonly argv: readonly string[];
}

const users: Readonly<Record<string, number>> = { root: 0, node: 1000, nonroot: 65532 };

interface Draft {
  readonly app: string;
  node?: Image['node'];
  distroless: boolean;
  user: string;
  entrypoint: readonly string[];
  command: readonly string[];
}

/**
 * Does what a Dockerfile says, as far as that can be done without an engine: the base images are boxes, and `npm ci` is what it
 * would leave behind of dbcreds and pg.
 *
 * @param context the folder that it copies from
 */
export function build(dockerfile: string, context: string): Built {
  const draft: Draft = { app: newPlace().cwd, distroless: false, user: 'root', entrypoint: [], command: [] };
  for (const line of dockerfile.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('#'))) {
    const [, word = '', rest = ''] = /^(\w+) (.*)$/.exec(line) ?? [];
    const known = instructions[word];
    if (!known) throw new Error(`not known in a Dockerfile: ${line}`);
    known(draft, rest, context);
  }
  const { app, node, distroless, user, entrypoint, command } = draft;
  if (!node) throw new Error('no FROM');
  return {
    image: { node, app, distroless },
    uid: users[user] ?? Number(user),
    argv: [...entrypoint, ...command],
  };
}

const instructions: Readonly<Record<string, (draft: Draft, rest: string, context: string) => void>> = {
  FROM: (draft, rest) => {
    const [, node, distroless, tag] =
      /^(?:node:(\d+)-slim|gcr\.io\/distroless\/nodejs(\d+)-debian12:(\w+))/.exec(rest) ?? [];
    draft.node = (node ?? distroless) as Image['node'];
    draft.distroless = distroless !== undefined;
    draft.user = tag ?? 'root';
  },
  WORKDIR: (_, rest) => expect(rest, '/app'),
  RUN: ({ app }, rest) => {
    expect(rest, 'npm ci --omit=dev --ignore-scripts');
    installInto(app);
    for (const name of closureOf('pg'))
      cpSync(join(project, 'node_modules', name), join(app, 'node_modules', name), { recursive: true });
  },
  COPY: ({ app }, rest, context) => {
    if (rest.startsWith('--')) return expect(rest, '--from=build /app /app');
    const words = rest.split(' ');
    const to = words.pop() ?? '';
    for (const from of words)
      if (from !== 'package-lock.json')
        cpSync(join(context, from), join(app, to === './' ? basename(from) : to), { recursive: true });
  },
  USER: (draft, rest) => {
    draft.user = rest;
  },
  ENTRYPOINT: (draft, rest) => {
    draft.entrypoint = JSON.parse(rest);
  },
  CMD: (draft, rest) => {
    draft.command = JSON.parse(rest);
  },
};

/** A package and all that it depends on. */
function closureOf(name: string, found: Set<string> = new Set()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const { dependencies = {} } = JSON.parse(
    readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8'),
  );
  for (const other of Object.keys(dependencies)) closureOf(other, found);
  return found;
}

function expect(what: string, wanted: string): void {
  if (what !== wanted) throw new Error(`not known in a Dockerfile: ${what}`);
}

/** The options of `docker run`, and the name of the image. Relative paths are meant from the folder. */
export function parseRun(text: string, folder: string): { options: Options; image: string } {
  const words = text.replaceAll('\\\n', ' ').trim().split(/\s+/).slice(2);
  const options = {
    env: {} as Record<string, string>,
    volumes: {} as Record<string, string>,
    tmpfs: [] as string[],
  };
  const rest: Record<string, unknown> = {};
  const valued: Readonly<Record<string, (value: string) => void>> = {
    '--tmpfs': (path) => options.tmpfs.push(path),
    '--user': (uid) => {
      rest.uid = Number(uid);
    },
    '--env': (value) => {
      const at = value.indexOf('=');
      options.env[value.slice(0, at)] = value.slice(at + 1);
    },
    '--volume': (value) => {
      const [from = '', to = '', mode] = value.split(':');
      if (mode !== 'ro') throw new Error(`a volume that is not read-only: ${value}`);
      options.volumes[to] = join(folder, from);
    },
  };
  for (let word = words.shift(); word; word = words.shift()) {
    if (word === '--init') rest.init = true;
    else if (word === '--read-only') rest.readOnly = true;
    else if (valued[word]) valued[word]?.(words.shift() ?? '');
    else if (/^\w+$/.test(word) && words.length === 0)
      return { options: { ...options, ...rest }, image: word };
    else throw new Error(`not known in docker run: ${word}`);
  }
  throw new Error('docker run names no image');
}
