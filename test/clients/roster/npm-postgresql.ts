import type { Client } from './client.ts';
import { bun, deno, node, pinned, tsx } from './program.ts';

const engine = 'postgresql';

/** Clients of PostgreSQL from npm. */
export const postgresqlOnes: readonly Client[] = [
  {
    name: 'pg (node-postgres)',
    engine,
    version: pinned('pg'),
    ways: [
      { by: 'url', command: node('pg.mjs') },
      { by: 'variables', extraCa: true, command: node('pg-variables.mjs') },
    ],
  },
  {
    name: 'postgres.js',
    engine,
    version: pinned('postgres'),
    ways: [
      { by: 'url', urlStyle: 'postgresjs', extraCa: true, command: node('postgres.mjs') },
      { by: 'variables', extraCa: true, command: node('postgres-variables.mjs') },
    ],
  },
  {
    name: 'Prisma (adapter-pg)',
    engine,
    version: pinned('@prisma/client'),
    ways: [{ by: 'url', command: tsx('prisma-pg.mjs') }],
  },
  {
    name: 'Drizzle (pg)',
    engine,
    version: pinned('drizzle-orm'),
    ways: [{ by: 'url', command: node('drizzle-pg.mjs') }],
  },
  {
    name: 'Drizzle (postgres.js)',
    engine,
    version: pinned('drizzle-orm'),
    ways: [{ by: 'url', urlStyle: 'postgresjs', extraCa: true, command: node('drizzle-postgres.mjs') }],
  },
  {
    name: 'Knex (pg)',
    engine,
    version: pinned('knex'),
    ways: [{ by: 'url', command: node('knex-pg.mjs') }],
  },
  {
    name: 'Kysely (pg)',
    engine,
    version: pinned('kysely'),
    ways: [{ by: 'url', command: node('kysely-pg.mjs') }],
  },
  {
    name: 'TypeORM (pg)',
    engine,
    version: pinned('typeorm'),
    ways: [{ by: 'url', beside: ['PGSSLMODE'], extraCa: true, command: node('typeorm-pg.mjs') }],
  },
  {
    name: 'Sequelize (pg)',
    engine,
    version: pinned('sequelize'),
    ways: [{ by: 'url', command: node('sequelize.mjs') }],
  },
  {
    name: 'Bun.sql',
    engine,
    version: pinned('bun'),
    ways: [
      { by: 'url', extraCa: true, command: bun('bun.mjs') },
      { by: 'variables', extraCa: true, command: bun('bun.mjs') },
    ],
  },
  {
    name: 'pg under Bun',
    engine,
    version: pinned('bun'),
    ways: [{ by: 'url', command: bun('pg.mjs') }],
  },
  {
    name: 'pg under Deno',
    engine,
    version: pinned('deno'),
    ways: [
      { by: 'url', command: deno('pg.mjs') },
      { by: 'variables', extraCa: true, command: deno('pg-variables.mjs') },
    ],
  },
  {
    name: 'postgres.js under Deno',
    engine,
    version: pinned('deno'),
    ways: [{ by: 'url', urlStyle: 'postgresjs', extraCa: true, command: deno('postgres.mjs') }],
  },
];
