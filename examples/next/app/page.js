import { pool } from '../db.js';

// Asked for each visitor, and not once while the site is built.
export const dynamic = 'force-dynamic';

export default async function Page() {
  const { rows } = await pool.query('select current_user as user');
  return <p>{`The database sees ${rows[0].user}.`}</p>;
}
