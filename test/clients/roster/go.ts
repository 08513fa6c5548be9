import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { project } from '../../services/cache.ts';
import { use } from '../../services/use.ts';
import type { Client, Engine, Family } from './client.ts';

/** The program, with the list of what it uses. */
const programs = join(project, 'test/fixtures/clients/go');

/** Clients for Go, all in one program that takes the name of one. */
export const go: Family = {
  name: 'go',
  install: async () => ({ folder: programs, path: [dirname((await use('go')).file)] }),
  clients: [pgx(), pq(), ...forMysql('mysql'), ...forMysql('mariadb')],
};

function pgx(): Client {
  const says = /server refused TLS connection/;
  return {
    name: 'pgx',
    engine: 'postgresql',
    version: pinned('github.com/jackc/pgx/v5'),
    ways: [
      { by: 'url', command: program('pgx'), says },
      { by: 'variables', command: program('pgx-variables'), says },
    ],
  };
}

/** It stops at `PGGSSENCMODE`, which the style leaves out. */
function pq(): Client {
  const more = { urlStyle: 'go', says: /SSL is not enabled on the server/ } as const;
  return {
    name: 'lib/pq',
    engine: 'postgresql',
    version: pinned('github.com/lib/pq'),
    ways: [
      { by: 'url', ...more, command: program('pq') },
      { by: 'variables', ...more, command: program('pq-variables') },
    ],
    note: 'see [Go](#go)',
  };
}

function forMysql(engine: Engine): Client[] {
  const about = { engine, version: pinned('github.com/go-sql-driver/mysql') } as const;
  return [
    {
      name: 'go-sql-driver',
      ...about,
      ways: [
        {
          by: 'url',
          urlStyle: 'go',
          command: program('mysql'),
          expected: { right: 'refused', whole: 'refused' },
        },
      ],
      note: 'takes no CA from its DSN: see [Go](#go)',
    },
    {
      name: 'go-sql-driver with `SSL_CERT_FILE`',
      ...about,
      ways: [
        {
          by: 'url',
          urlStyle: 'go',
          command: () => ['env', 'SSL_CERT_FILE=certs/ca.pem', ...program('mysql')()],
        },
      ],
      note: 'see [Go](#go)',
    },
  ];
}

function program(name: string): () => readonly string[] {
  return () => ['clients', name];
}

/** The version that go.mod pins, without the number that a mended bug changes. */
function pinned(module: string): () => string {
  return () => {
    const list = readFileSync(join(programs, 'go.mod'), 'utf8');
    return new RegExp(`${module} v(\\d+\\.\\d+)`).exec(list)?.[1] ?? '?';
  };
}
