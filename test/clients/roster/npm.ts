import { use } from '../../services/use.ts';
import type { Family } from './client.ts';
import { mysqlOnes } from './npm-mysql.ts';
import { postgresqlOnes } from './npm-postgresql.ts';

/** Clients from npm. */
export const npm: Family = {
  name: 'npm',
  need: 'npm-clients',
  install: () => use('npm-clients'),
  clients: [...postgresqlOnes, ...mysqlOnes('mysql'), ...mysqlOnes('mariadb')],
};
