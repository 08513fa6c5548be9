// The rows of docs/clients.md, each tried anew. After a change of a client the page is written by
//   DBCREDS_WRITE_DOCS=1 node --import tsx test/clients/table-postgresql.test.ts [WORD of a client's name...]
import { table } from './tried.ts';

await table('postgresql');
