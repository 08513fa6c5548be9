import { serverCode } from '../connect/failure.ts';
import type { Session } from '../connect/login.ts';
import type { Engine } from '../profiles/target.ts';

/** Ends the other sessions of the account that is logged in: they were let in with the old password. */
export function endOtherSessions(session: Session, engine: Engine): Promise<void> {
  return engine === 'postgresql' ? postgresql(session) : mysql(session);
}

async function postgresql(session: Session): Promise<void> {
  await session.query(
    `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
      WHERE usename = session_user AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
}

/** Without the PROCESS privilege the list has one's own threads alone. */
async function mysql(session: Session): Promise<void> {
  const [me = {}] = await session.query(
    "SELECT CONNECTION_ID() AS id, SUBSTRING_INDEX(USER(), '@', 1) AS login",
  );
  const threads = await session.query('SHOW PROCESSLIST');
  const others = threads.filter(({ Id, User }) => User === me.login && Number(Id) !== Number(me.id));
  for (const { Id } of others) await kill(session, Number(Id));
}

/** A thread may have gone by itself (1094). */
async function kill(session: Session, id: number): Promise<void> {
  try {
    await session.query(`KILL ${id}`);
  } catch (error) {
    if (serverCode(error) !== '1094') throw error;
  }
}
