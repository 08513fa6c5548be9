import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

const server = createServer(async (_request, response) => {
  const { rows } = await pool.query('select current_user as user');
  response.end(`${rows[0].user}\n`);
});
server.listen(process.env.PORT, () => console.log('listening'));

// Process 1 has no default for SIGTERM: without this, and without --init, `docker stop` waits ten seconds and kills.
process.once('SIGTERM', () => server.close(() => pool.end()));
