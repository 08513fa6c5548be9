import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();

const { rows } = await client.query(
  'select current_user as user, version as tls from pg_stat_ssl where pid = pg_backend_pid()',
);
const [{ user, tls }] = rows;
const verified = client.connection.stream.authorized ? 'certificate verified' : 'certificate NOT verified';
console.log(`connected as ${user} with ${tls ? `${tls}, ${verified}` : 'no TLS'}`);

await client.end();
