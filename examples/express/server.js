import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const app = express();

app.get('/', async (_request, response) => {
  const { rows } = await pool.query('select current_user as user');
  response.json(rows[0]);
});

app.listen(process.env.PORT ?? 3000, () => console.log('listening'));
