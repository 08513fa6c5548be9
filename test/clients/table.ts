import type { Client, Engine, Family, Outcome, Outcomes, Way } from './roster/client.ts';

/** What came of each way of a client. */
export type Tried = readonly (readonly [Way, Outcomes])[];

/** The line of the table that is true of the client. */
export function rowOf({ name, note }: Client, version: string, tried: Tried): string {
  const by = (which: Way['by']): string => told(tried.find(([way]) => way.by === which));
  const wrong = (['otherCa', 'otherName', 'plain'] as const).map((which) => mistaken(tried, which));
  const cells = [name, version, by('url'), by('variables'), ...wrong, note ?? ''];
  return `| ${cells.join(' | ')} |`;
}

function told(one: Tried[number] | undefined): string {
  if (!one) return '-';
  const [{ urlStyle, beside = [], extraCa }, { right, whole }] = one;
  const others = beside.map((variable) => `\`${variable}\``);
  const style = urlStyle && `\`"urlStyle": "${urlStyle}"\``;
  const needs = [style, ...others, extraCa && '`tls.nodeExtraCa`', whole !== right && '`--only`'].filter(
    Boolean,
  );
  const word = { tls: 'yes', clear: '**in the clear**', refused: '**no**', late: '**no**', failed: '**no**' }[
    right
  ];
  return needs.length === 0 ? word : `${word}, with ${needs.join(' and ')}`;
}

/** Said once where every way does the same; of one that does not work, only that it goes on in the clear. */
function mistaken(tried: Tried, which: 'otherCa' | 'otherName' | 'plain'): string {
  const words: Record<Outcome, string> = {
    tls: '**taken**',
    clear: '**taken**',
    refused: 'refused',
    late: '**refused after the login**',
    failed: '**fails**',
  };
  const told = tried.filter(([, outcomes]) => outcomes.right === 'tls' || outcomes[which] === 'clear');
  const all = told.map(([{ by }, outcomes]) => [by, words[outcomes[which]]] as const);
  if (all.length === 0) return '-';
  const same = all.every(([, word]) => word === all[0]?.[1]);
  return same ? (all[0]?.[1] ?? '') : all.map(([by, word]) => `by ${by}: ${word}`).join('; ');
}

/** What the table of each is called. */
const titles: Readonly<Record<Engine, string>> = {
  postgresql: 'PostgreSQL',
  mysql: 'MySQL',
  mariadb: 'MariaDB',
};

export const engines: readonly Engine[] = ['postgresql', 'mysql', 'mariadb'];

const head = [
  '| client | version | by `DATABASE_URL` | by its own variables | another CA | another name | no TLS | |',
  '|---|---|---|---|---|---|---|---|',
];

/** Where a client's row begins, in the section of its engine. */
const start = ({ name }: Client): string => `| ${name} |`;

/** The row that a page has of the client. */
export function committed(page: string, client: Client): string | undefined {
  return section(page, client.engine).find((line) => line.startsWith(start(client)));
}

/** The rows of an engine that a page has of nobody in the roster. */
export function strangers(page: string, engine: Engine, families: readonly Family[]): string[] {
  const clients = clientsOf(engine, families);
  return section(page, engine)
    .filter((line) => /^\| (?!client)/.test(line))
    .filter((line) => !clients.some((client) => line.startsWith(start(client))));
}

const clientsOf = (engine: Engine, families: readonly Family[]): Client[] =>
  families.flatMap(({ clients }) => clients.filter((client) => client.engine === engine));

function section(page: string, engine: Engine): string[] {
  const [, after = ''] = page.split(`\n### ${titles[engine]}\n`);
  return (after.split(/\n#{2,3} /)[0] ?? '').split('\n');
}

/**
 * The page with a new table for the engine, in the order of the roster. A client that was not tried keeps its row.
 *
 * @param rows the new ones
 */
export function rewritten(
  page: string,
  engine: Engine,
  families: readonly Family[],
  rows: ReadonlyMap<Client, string>,
): string {
  const mine = clientsOf(engine, families);
  const lines = mine.map((client) => rows.get(client) ?? committed(page, client)).filter(Boolean);
  const title = `### ${titles[engine]}`;
  const table = [title, '', ...head, ...lines].join('\n');
  const old = new RegExp(`\n${title}\n+(\\|[^\n]*\n)*\n*`);
  return `${page.replace(old, () => `\n${table}\n\n`).trimEnd()}\n`;
}
