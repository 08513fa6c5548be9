import pg from 'pg';

const client = new pg.Client({ connectionString: Deno.env.get('DATABASE_URL') });
await client.connect();
const { rows } = await client.query('select current_user as user');
console.log(`Deno runs as ${rows[0].user}`);
await client.end();
