import type { cachingSha2 } from '../../src/rotate/verifier.ts';
import { Secret } from '../../src/secret.ts';
import { asAdmin, type Server } from '../services/server.ts';
import { fuzzedUser, literal } from './fuzz.ts';

/**
 * What MySQL or MariaDB keeps for users who are identified so, as text in hex. The users are gone afterwards.
 *
 * @param identified what follows `IDENTIFIED`, one user each
 */
export async function kept(server: Server, identified: readonly string[]): Promise<unknown[]> {
  const users = identified.map((_, index) => `${literal(fuzzedUser(index))}@'localhost'`);
  const clauses = identified.map((clause, index) => `${users[index]} IDENTIFIED ${clause}`);
  try {
    const rows = await asAdmin(
      server,
      `CREATE USER ${clauses.join(', ')}`,
      "SELECT HEX(authentication_string) AS hash FROM mysql.user WHERE User LIKE 'fuzzed\\_%' ORDER BY User",
    );
    return rows.map(({ hash }) => hash);
  } finally {
    await asAdmin(server, `DROP USER IF EXISTS ${users.join(', ')}`);
  }
}

export const hex = (data: string | Buffer): string =>
  Buffer.from(data as string)
    .toString('hex')
    .toUpperCase();

/** MySQL's way to say a hash. */
export const as = (hash: Buffer): string => `WITH caching_sha2_password AS 0x${hash.toString('hex')}`;

/** Ours in hex, with the rounds and the salt of what MySQL made. */
export function remake(make: typeof cachingSha2, password: string, theirs: unknown): string {
  const bytes = Buffer.from(String(theirs), 'hex');
  const thousands = Number.parseInt(bytes.toString('latin1', 3, 6), 16);
  return hex(make(new Secret(password), bytes.subarray(7, 27), thousands));
}
