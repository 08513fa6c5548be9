import type { Client, Engine } from './client.ts';
import { bun, deno, node, pinned, tsx } from './program.ts';

/** Clients of MySQL and MariaDB from npm, against one of the two. */
export function mysqlOnes(engine: Exclude<Engine, 'postgresql'>): readonly Client[] {
  return [
    {
      name: 'mysql2',
      engine,
      version: pinned('mysql2'),
      ways: [{ by: 'url', command: node('mysql2.mjs', engine) }],
    },
    {
      name: 'mysql2, by parts with `ssl`',
      engine,
      version: pinned('mysql2'),
      ways: [{ by: 'variables', extraCa: true, command: node('mysql2-parts.mjs', engine) }],
      note: 'see [TypeORM and Sequelize](#typeorm-and-sequelize)',
    },
    {
      name: 'mariadb (npm)',
      engine,
      version: pinned('mariadb'),
      ways: [{ by: 'url', urlStyle: 'mariadb', extraCa: true, command: node('mariadb.mjs', engine) }],
    },
    {
      name: 'Prisma (adapter-mariadb)',
      engine,
      version: pinned('@prisma/client'),
      ...prismaOn(engine),
    },
    {
      name: 'Drizzle (mysql2)',
      engine,
      version: pinned('drizzle-orm'),
      ways: [{ by: 'url', command: node('drizzle-mysql2.mjs', engine) }],
    },
    {
      name: 'Knex (mysql2)',
      engine,
      version: pinned('knex'),
      ways: [{ by: 'url', command: node('knex-mysql2.mjs', engine) }],
    },
    {
      name: 'Kysely (mysql2)',
      engine,
      version: pinned('kysely'),
      ways: [{ by: 'url', command: node('kysely-mysql2.mjs', engine) }],
    },
    {
      name: 'TypeORM (mysql2)',
      engine,
      version: pinned('typeorm'),
      note: 'drops what a URL says of TLS: see [TypeORM and Sequelize](#typeorm-and-sequelize)',
      ways: [
        {
          by: 'url',
          command: node('typeorm-mysql2.mjs', engine),
          // The servers demand TLS, all but the one that has none.
          expected: {
            right: 'failed',
            whole: 'failed',
            otherCa: 'failed',
            otherName: 'failed',
            plain: 'clear',
          },
        },
      ],
    },
    {
      name: 'TypeORM (mysql2) with `ssl`',
      engine,
      version: pinned('typeorm'),
      ways: [{ by: 'url', extraCa: true, command: node('typeorm-ssl.mjs', engine) }],
    },
    {
      name: 'Sequelize (mysql2)',
      engine,
      version: pinned('sequelize'),
      note: 'stops at what a URL says of TLS: see [TypeORM and Sequelize](#typeorm-and-sequelize)',
      ways: [
        {
          by: 'url',
          command: node('sequelize.mjs', engine),
          expected: {
            right: 'failed',
            whole: 'failed',
            otherCa: 'failed',
            otherName: 'failed',
            plain: 'failed',
          },
        },
      ],
    },
    {
      name: 'Sequelize (mysql2), by parts with `ssl`',
      engine,
      version: pinned('sequelize'),
      ways: [{ by: 'variables', extraCa: true, command: node('sequelize-parts.mjs', engine) }],
    },
    {
      name: 'Sequelize (mariadb)',
      engine,
      version: pinned('sequelize'),
      ways: [{ by: 'url', urlStyle: 'mariadb', extraCa: true, command: node('sequelize.mjs', engine) }],
    },
    ...oldMysql(engine),
    {
      name: 'Bun.sql',
      engine,
      version: pinned('bun'),
      ways: [
        {
          by: 'url',
          urlStyle: 'bun',
          extraCa: true,
          says: /Authentication failed/,
          command: bun('bun.mjs', engine),
        },
      ],
    },
    {
      name: 'mysql2 under Deno',
      engine,
      version: pinned('deno'),
      ways: [{ by: 'url', command: deno('mysql2.mjs', engine) }],
    },
  ];
}

/** The connector that Prisma pins (mariadb 3.4) logs in to a MariaDB before it looks at the certificate. */
function prismaOn(engine: 'mysql' | 'mariadb'): Pick<Client, 'ways' | 'note'> {
  const command = tsx('prisma-mariadb.mjs', engine);
  const way = { by: 'url', urlStyle: 'mariadb', extraCa: true, command } as const;
  if (engine === 'mysql') return { ways: [way] };
  return {
    ways: [{ ...way, expected: { otherCa: 'late', otherName: 'late' } }],
    note: 'logs in first: see [Prisma](#prisma)',
  };
}

/** It has none of the ways to log in that a MySQL of today has. */
function oldMysql(engine: 'mysql' | 'mariadb'): readonly Client[] {
  if (engine === 'mysql') return [];
  const way = { by: 'url', command: node('mysql.mjs', engine) } as const;
  return [
    {
      name: 'mysql (npm)',
      engine,
      version: pinned('mysql'),
      ways: [{ ...way, expected: { otherName: 'tls' } }],
      note: 'checks no name; take mysql2',
    },
  ];
}
