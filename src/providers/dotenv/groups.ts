import type { Engine } from '../../profiles/target.ts';

/** Variables that make up one login together, by their part. The first that is set counts. */
export interface Group {
  readonly name: string;
  /** Absent: a variable of the file says it, or the port. */
  readonly engine?: Engine;
  readonly engineFrom?: readonly string[];
  readonly password: readonly string[];
  readonly user: readonly string[];
  readonly host: readonly string[];
  readonly port: readonly string[];
  readonly database: readonly string[];
  /** Where the file does not say: what the image that reads the variables takes. */
  readonly usualUser?: string;
}

/**
 * The groups that frameworks, clients and images read: libpq; the images postgres, mysql and mariadb; Laravel, Rails and
 * Django, which say the engine in a variable of its own.
 */
export const groups: readonly Group[] = [
  {
    name: 'pg',
    engine: 'postgresql',
    password: ['PGPASSWORD'],
    user: ['PGUSER'],
    host: ['PGHOST'],
    port: ['PGPORT'],
    database: ['PGDATABASE'],
  },
  {
    name: 'postgres',
    engine: 'postgresql',
    password: ['POSTGRES_PASSWORD'],
    user: ['POSTGRES_USER', 'POSTGRES_USERNAME'],
    host: ['POSTGRES_HOST', 'POSTGRES_SERVER'],
    port: ['POSTGRES_PORT'],
    database: ['POSTGRES_DB', 'POSTGRES_DATABASE'],
    usualUser: 'postgres',
  },
  {
    name: 'mysql',
    engine: 'mysql',
    password: ['MYSQL_PASSWORD', 'MYSQL_PWD'],
    user: ['MYSQL_USER', 'MYSQL_USERNAME'],
    host: ['MYSQL_HOST'],
    port: ['MYSQL_TCP_PORT', 'MYSQL_PORT'],
    database: ['MYSQL_DATABASE', 'MYSQL_DB'],
  },
  {
    name: 'mariadb',
    engine: 'mariadb',
    password: ['MARIADB_PASSWORD'],
    user: ['MARIADB_USER', 'MARIADB_USERNAME'],
    host: ['MARIADB_HOST'],
    port: ['MARIADB_TCP_PORT', 'MARIADB_PORT'],
    database: ['MARIADB_DATABASE', 'MARIADB_DB'],
  },
  {
    name: 'db',
    engineFrom: [
      'DB_CONNECTION',
      'DB_ENGINE',
      'DB_ADAPTER',
      'DB_DIALECT',
      'DB_CLIENT',
      'DB_TYPE',
      'DB_DRIVER',
    ],
    password: ['DB_PASSWORD', 'DB_PASS'],
    user: ['DB_USERNAME', 'DB_USER'],
    host: ['DB_HOST', 'DB_HOSTNAME', 'DB_SERVER'],
    port: ['DB_PORT'],
    database: ['DB_DATABASE', 'DB_NAME'],
  },
];
