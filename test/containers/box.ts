// A container as Linux makes one, without an engine: namespaces of its own for mounts and processes, a root of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEndOfTest } from '../helpers/cleanup.ts';
import { temporary } from '../helpers/folders.ts';
import { newPlace } from '../helpers/place.ts';
import { project } from '../services/cache.ts';
import { use } from '../services/use.ts';

export interface Image {
  /** Node's major version; it lies in `/usr/local/bin`, as in the image `node`, or in `/nodejs/bin`, as in a distroless one. */
  readonly node: '20' | '22' | '24' | '26';
  /** What `/app` holds, copied into the container as root's. It is the working directory. */
  readonly app: string;
  /** Nothing but Node and its libraries, as in a distroless image: no shell. Default: this machine's `/usr`, read-only. */
  readonly distroless?: boolean;
}

/** The options of `docker run` that matter here. */
export interface Options {
  /** `--init` */
  readonly init?: boolean;
  /** `--user UID:UID`. Only root and `node` (1000) have an entry in `/etc/passwd`. */
  readonly uid?: number;
  /** `--group-add` */
  readonly groups?: readonly number[];
  /** `--read-only` */
  readonly readOnly?: boolean;
  /** `--tmpfs` */
  readonly tmpfs?: readonly string[];
  /** `--volume FROM:TO:ro` as TO: FROM. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** `--env` */
  readonly env?: Readonly<Record<string, string>>;
}

/** `undefined`: a container can be made here; else why not. */
export function noContainers(): string | undefined {
  const flags = ['--mount', '--pid', '--fork', '--propagation', 'private'];
  const tried = spawnSync('unshare', [...flags, 'mount', '-t', 'tmpfs', 'none', '/mnt'], {
    encoding: 'utf8',
  });
  return tried.status === 0
    ? undefined
    : `no container can be made here: ${tried.stderr || 'there is no unshare'}`.trim();
}

/** How a container's first process ended, as `docker wait` says it, and all that it said. */
export interface Ending {
  readonly code: number | null;
  readonly output: string;
}

/** A running container. */
export class Container {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ending>;
  #output = '';

  constructor(argv: readonly string[], env: NodeJS.ProcessEnv) {
    const [file = '', ...args] = argv;
    this.#child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code) => resolve({ code, output: this.#output }));
    });
    atEndOfTest(() => this.kill());
  }

  /** Waits until it has said that. @throws where it ends without it, or takes more than 20 seconds */
  async said(what: string | RegExp): Promise<void> {
    for (const until = Date.now() + 20_000; ; await sleep(10)) {
      if (new RegExp(what).test(this.#output)) return;
      if (this.#child.exitCode !== null || Date.now() > until)
        throw new Error(`the container never said ${what}, but: ${this.#output}`);
    }
  }

  /** To its first process, as `docker stop` sends SIGTERM. */
  send(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    process.kill(Number(first), signal);
  }

  /** With everything in it: unshare takes its first process along, and the kernel the rest. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Starts a command as the first process of a new container, without a terminal. */
export async function start(
  image: Image,
  argv: readonly string[],
  options: Options = {},
): Promise<Container> {
  const { file } = await use('node', image.node);
  const { tini = '' } = options.init ? await use('tini') : {};
  const root = temporary('box');
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', ...options.env };
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const first = options.init ? [image.distroless ? '/sbin/tini' : tini, '--', ...argv] : argv;
  const flags = ['--mount', '--pid', '--fork', '--kill-child=KILL', '--propagation', 'private'];
  return new Container(
    ['unshare', ...flags, 'sh', '-c', script(root, file, image, options), 'sh', ...first],
    { PATH: process.env.PATH, BOX_ENV: lines.join('\n') },
  );
}

/** The same, up to its end. */
export async function contain(image: Image, argv: readonly string[], options: Options = {}): Promise<Ending> {
  return (await start(image, argv, options)).ended;
}

function script(root: string, node: string, image: Image, options: Options): string {
  const inside = (path: string): string => `${root}${path}`;
  const { uid = 0, groups = [], volumes = {}, tmpfs = [] } = options;
  return [
    'set -e',
    `mount -t tmpfs -o mode=755 tmpfs ${root}`,
    `cd ${root}`,
    'mkdir -p app dev etc proc root home/node run tmp usr var',
    'chmod 1777 tmp; chown 1000:1000 home/node',
    ...(image.distroless ? distroless(node) : machine(node)),
    "printf 'root:x:0:0:root:/root:/bin/sh\\nnode:x:1000:1000::/home/node:/bin/sh\\n' > etc/passwd",
    "printf 'root:x:0:\\nnode:x:1000:\\n' > etc/group",
    'cp /etc/hosts etc/hosts',
    ...['null', 'zero', 'urandom', 'random', 'tty'].map(
      (name) => `touch dev/${name}; mount --bind /dev/${name} dev/${name}`,
    ),
    `cp -a ${image.app}/. app/; chown -R 0:0 app; chmod -R go+rX app`,
    ...Object.entries(volumes).map(
      ([to, from]) =>
        `if [ -d ${from} ]; then mkdir -p ${inside(to)}; else mkdir -p ${inside(dirname(to))}; touch ${inside(to)}; fi; ` +
        `mount --bind -o ro ${from} ${inside(to)}`,
    ),
    ...tmpfs.map((path) => `mkdir -p ${inside(path)}; mount -t tmpfs -o mode=1777 tmpfs ${inside(path)}`),
    'mount -t proc proc proc',
    options.readOnly ? `mount -o remount,ro ${root}` : ':',
    'IFS="\n"; set -f',
    `exec env -i $BOX_ENV /usr/bin/unshare --root=${root} --wd=/app ${account(uid, groups, image)} "$@"`,
  ].join('\n');
}

/** Debian's own `setpriv` gives further groups too; a distroless image has none. */
function account(uid: number, groups: readonly number[], { distroless }: Image): string {
  if (distroless) return `--setgid ${uid} --setuid ${uid}`;
  const more = groups.length > 0 ? `--groups ${groups.join(',')}` : '--clear-groups';
  return `/usr/bin/setpriv --reuid ${uid} --regid ${uid} ${more}`;
}

function machine(node: string): string[] {
  return [
    'for name in bin sbin lib lib64; do if [ -e /$name ]; then ln -s usr/$name $name; fi; done',
    'mount --rbind -o ro /usr usr',
    // Over the machine's own: what it has there is no part of the image.
    `mount --bind -o ro ${dirname(dirname(node))} usr/local`,
  ];
}

function distroless(node: string): string[] {
  return [
    'mkdir -p nodejs/bin sbin',
    `touch nodejs/bin/node; mount --bind -o ro ${node} nodejs/bin/node`,
    'if command -v tini > /dev/null; then cp "$(command -v tini)" sbin/tini; fi',
    `for one in $(ldd ${node} | grep -o '/[^ ]*'); do mkdir -p .$(dirname $one); cp -L $one .$one; done`,
  ];
}

/** A folder for an image's `/app`, with dbcreds among its modules as npm puts it there, and other files by name. */
export function appWith(files: Readonly<Record<string, string | object>>): string {
  const place = newPlace();
  installInto(place.cwd);
  for (const [name, content] of Object.entries(files)) place.write(name, content);
  return place.cwd;
}

/** What `npm install dbcreds` leaves behind. */
export function installInto(folder: string): void {
  const [modules, bin] = [join(folder, 'node_modules/dbcreds'), join(folder, 'node_modules/.bin')];
  for (const one of [modules, bin]) mkdirSync(one, { recursive: true });
  for (const name of ['package.json', 'schema.json']) cpSync(join(project, name), join(modules, name));
  mkdirSync(join(modules, 'dist'));
  for (const name of readdirSync(join(project, 'dist')).filter((name) => name.endsWith('.cjs')))
    cpSync(join(project, 'dist', name), join(modules, 'dist', name));
  symlinkSync('../dbcreds/dist/cli.cjs', join(bin, 'dbcreds'));
}
