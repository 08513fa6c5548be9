import { readFileSync } from 'node:fs';
import pg from 'pg';

const [file] = process.argv.slice(2);
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query(readFileSync(file, 'utf8'));
console.log(`${client.user} applied ${file}`);
await client.end();
