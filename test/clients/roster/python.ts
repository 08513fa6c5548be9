import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { project } from '../../services/cache.ts';
import { use } from '../../services/use.ts';
import type { Client, Engine, Family } from './client.ts';

/** The programs, with the list of what they use. */
const programs = join(project, 'test/fixtures/clients/python');

/** What asyncpg says of a server without TLS. */
const rejected = /rejected SSL upgrade/;

/** Clients for Python, from its own registry. */
export const python: Family = {
  name: 'python',
  install: async () => ({ folder: programs, path: [dirname((await use('python')).file)] }),
  clients: [
    plain('psycopg'),
    plain('psycopg2'),
    plain('asyncpg', rejected),
    ...sqlalchemyPostgresql(),
    ...forMysql('mysql'),
    ...forMysql('mariadb'),
  ],
};

/** A client that takes libpq's URLs, and its variables where it is told nothing. */
function plain(name: string, says?: RegExp): Client {
  const more = says ? { says } : {};
  return {
    name,
    engine: 'postgresql',
    version: pinned(name),
    ways: [
      { by: 'url', command: program(`${name}_url`), ...more },
      { by: 'variables', command: program(`${name}_variables`), ...more },
    ],
  };
}

function sqlalchemyPostgresql(): Client[] {
  const about = { engine: 'postgresql', version: pinned('sqlalchemy') } as const;
  return [
    {
      name: 'SQLAlchemy with psycopg',
      ...about,
      ways: [
        { by: 'url', urlStyle: 'sqlalchemy', command: program('sqlalchemy_url') },
        { by: 'variables', command: program('sqlalchemy_variables') },
      ],
      note: 'see [Python](#python)',
    },
    {
      name: 'SQLAlchemy with asyncpg',
      ...about,
      ways: [{ by: 'variables', command: program('sqlalchemy_asyncpg_variables'), says: rejected }],
      note: 'see [Python](#python)',
    },
  ];
}

function forMysql(engine: Engine): Client[] {
  return [
    {
      name: 'PyMySQL',
      engine,
      version: pinned('pymysql'),
      ways: [
        {
          by: 'variables',
          command: program('pymysql_parts'),
          // It tries TLS, takes any certificate, and goes on without.
          expected: { otherCa: 'tls', otherName: 'tls', plain: 'clear' },
        },
      ],
      note: 'does not verify unless told: see [Python](#python)',
    },
    {
      name: 'PyMySQL with `read_default_file`',
      engine,
      version: pinned('pymysql'),
      ways: [{ by: 'variables', command: program('pymysql_file') }],
      note: 'see [Python](#python)',
    },
    {
      name: 'SQLAlchemy with PyMySQL',
      engine,
      version: pinned('sqlalchemy'),
      ways: [{ by: 'url', urlStyle: 'sqlalchemy', command: program('sqlalchemy_url') }],
    },
  ];
}

/** Without the files that Python compiles: they would lie among the programs. */
function program(name: string): () => readonly string[] {
  return () => ['python', '-B', join(programs, `${name}.py`)];
}

/** The version of the list, without the number that a mended bug changes. */
function pinned(name: string): () => string {
  return () => {
    const list = readFileSync(join(programs, 'requirements.txt'), 'utf8');
    return new RegExp(`^${name}(?:-binary)?==(\\d+\\.\\d+)`, 'm').exec(list)?.[1] ?? '?';
  };
}
