import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, blocksOf, commandsOf, type Shown } from './helpers/document.ts';
import { program } from './helpers/program.ts';
import { type Documented, openShop, type Shop, secretUrl, storePassword } from './helpers/shop.ts';
import { project } from './services/cache.ts';
import { use } from './services/use.ts';

export const readme: string = readFileSync(join(project, 'README.md'), 'utf8');
export const blocks: readonly Block[] = blocksOf(readme);

interface Package {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

export const ourPackage: Package = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

const json = blocks.filter(({ lang }) => lang === 'json').map(({ lines }) => JSON.parse(lines.join('\n')));

/** The project file that the README shows. */
export const documented: Documented = json.find((value) => 'project' in value && 'profiles' in value);

/** All npm scripts that it shows. */
export const scripts: Readonly<Record<string, string>> = Object.assign(
  {},
  ...json.map((value) => value.scripts ?? {}),
);

/**
 * Whether a command is about our own checkout or package, where it would take the machine or the network: `npm ci && npm
 * test`. It is checked, not run.
 */
export function isOurs({ text }: Shown): boolean {
  return partsOf(text).every(
    (part) =>
      /^npm (ci|test|(install|i) -g \S+)$/.test(part) ||
      (/^npm run \S+$/.test(part) && part.slice('npm run '.length) in ourPackage.scripts),
  );
}

/** `npm ci && npm test   # all` -> `npm ci`, `npm test`. */
export function partsOf(text: string): string[] {
  return text
    .replace(/\s#.*$/, '')
    .split('&&')
    .map((part) => part.trim());
}

/** Commands that belong together: a section's, typed on one terminal, or a job's. */
export interface Scene {
  readonly title: string;
  /** A job has nobody to ask, and its passwords in its environment. */
  readonly job: boolean;
  readonly shown: readonly Shown[];
}

/** Every command of the README but those about our own checkout. */
export function scenes(): Scene[] {
  const sessions = blocks.filter(({ lang }) => lang === 'sh' || lang === 'console');
  const isJob = (block: Block): boolean => block.lines.some((line) => line.includes('DBCREDS_CONFIRM='));
  const found: Scene[] = [];
  for (const section of new Set(sessions.map((block) => block.section))) {
    const here = sessions.filter((block) => block.section === section);
    const title = section || 'the first lines';
    found.push({ title, job: false, shown: shownIn(here.filter((block) => !isJob(block))) });
    for (const block of here.filter(isJob))
      found.push({ title: `${title}, line ${block.line}`, job: true, shown: shownIn([block]) });
  }
  return found.filter(({ shown }) => shown.length > 0);
}

const shownIn = (some: readonly Block[]): Shown[] =>
  some.flatMap(commandsOf).filter((shown) => !isOurs(shown));

/** The project as its reader has it before the first command: what the commands use and do not add themselves. */
export async function prepare(
  { shown, job }: Scene,
  keychain: Readonly<Record<string, string>>,
): Promise<Shop> {
  const text = shown.map((one) => one.text).join('\n');
  const shop = await openShop(withProfiles(text, job), await use('postgresql'));
  const names = Object.keys(shop.file.profiles);
  const there = names.filter((name) => !shown.some((one) => defines(one, name)));
  const profiles = Object.fromEntries(there.map((name) => [name, shop.file.profiles[name]]));
  const fallback = there.includes(shop.file.default ?? '') ? { default: shop.file.default } : {};
  shop.place.write('dbcreds.json', { project: shop.file.project, ...fallback, profiles });
  furnish(shop, text);
  if (!job)
    for (const name of there.filter((one) => !shown.some(({ text }) => adds(text, one))))
      await storePassword(shop, name, { ...shop.env, ...keychain });
  return shop;
}

/** The README's profiles that the commands name (a job has them all), and others that they name. */
function withProfiles(text: string, all: boolean): Documented {
  const known = Object.keys(documented.profiles).filter((name) => all || isNamed(name, text));
  const others = [...text.matchAll(/dbcreds add ([a-z]\S*)|(?:--env|-e) ([a-z][\w-]*)/g)].map(
    ([, added, env]) => added ?? env ?? '',
  );
  const profiles = [...new Set([...known, ...others])].map((name) => [
    name,
    documented.profiles[name] ?? { url: `postgresql://${name}_user@localhost:5432/${name}` },
  ]);
  return { ...documented, profiles: Object.fromEntries(profiles) };
}

const isNamed = (name: string, text: string): boolean =>
  new RegExp(`(?<![\\w/-])${name}(?![\\w/-])|DBCREDS_${variable(name)}_`).test(text);

const adds = (text: string, name: string): boolean => new RegExp(`dbcreds add ${name}\\b`).test(text);

function defines({ text, output }: Shown, name: string): boolean {
  const says = output?.some((line) => / is defined in /.test(line)) ?? false;
  return adds(text, name) && (says || /--(host|production|url-stdin|type|engine|tls)\b/.test(text));
}

/** What the commands need: the app, the scripts, and whatever they read. */
function furnish({ place }: Shop, text: string): void {
  place.write('app.js', readFileSync(join(project, 'examples/app-start/app.js'), 'utf8'));
  const lines = [text, ...Object.values(scripts)].join('\n');
  const wanted = [...lines.matchAll(/npm (?:run )?(?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
  const others = wanted
    .filter((name) => name !== 'run' && !(name in scripts))
    .map((name) => [name, 'node app.js']);
  place.write('package.json', {
    private: true,
    type: 'module',
    scripts: { ...Object.fromEntries(others), ...scripts },
  });
  for (const [, file = ''] of text.matchAll(/(?:-f|<) ?([\w./-]+\.sql)/g))
    if (!existsSync(join(place.cwd, file))) place.write(file, 'select 1;\n');
}

/** What a job's own system sets, and what its reader fills in for the README's placeholders. */
export async function handOver(shop: Shop): Promise<(text: string) => string> {
  const seals: Record<string, string> = {};
  for (const name of Object.keys(shop.file.profiles)) {
    const printed = await program('dbcreds', ['trust', name, '--print'], {
      place: shop.place,
      env: shop.env,
    });
    seals[variable(name)] = printed.stdout.trim();
    shop.place.write(urlFile(shop, name), secretUrl(shop, name), 0o600);
  }
  return (text) =>
    text
      .replace(/DBCREDS_(\w+)_URL_FILE=\S+/g, (_, name) => `DBCREDS_${name}_URL_FILE=${urlFile(shop, name)}`)
      .replace(/DBCREDS_(\w+)_SEAL=\.\.\./g, (_, name) => `DBCREDS_${name}_SEAL=${seals[name]}`);
}

const variable = (name: string): string => name.toUpperCase().replaceAll('-', '_');

export const urlFile = ({ place }: Shop, name: string): string =>
  join(place.home, 'secrets', variable(name).toLowerCase());
