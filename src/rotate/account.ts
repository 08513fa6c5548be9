import type { Session } from '../connect/login.ts';

/** An account of MySQL or MariaDB, as the server shows it. */
export interface Account {
  /** As statements name it, quoted: `'app'@'%'`. */
  readonly name: string;
  /** The plugins by which it logs in, in order. */
  readonly methods: readonly string[];
  /** After how many wrong logins it is locked. 0: never. */
  readonly strikes: number;
  /** For how many days the server takes a password, where this account says so. */
  readonly days?: number;
  /** What the server keeps of its passwords, in order: MySQL shows the first alone. */
  readonly hashes: readonly Buffer[];
}

/** What somebody may do to accounts. */
export interface Rights {
  /** Change accounts, oneself among them, by hashes. */
  readonly createUser: boolean;
  /** Have two passwords oneself (MySQL). */
  readonly twoPasswords: boolean;
}

/** Backslashes escape from here on, which `NO_BACKSLASH_ESCAPES` would change, and double quotes are not asked about. */
export const plainQuoting = "SET SESSION sql_mode = ''";

/** A text as a literal, after {@link plainQuoting}. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** `app@%` as the server gives it -> `'app'@'%'`. */
export function accountName(account: string): string {
  const at = account.lastIndexOf('@');
  return `${quote(account.slice(0, at))}@${quote(account.slice(at + 1))}`;
}

/** What the server has of an account. @param account `app@%` */
export async function readAccount(session: Session, account: string): Promise<Account> {
  const name = accountName(account);
  const text = await shown(session, name);
  const [errors] = await session.query("SHOW GLOBAL VARIABLES LIKE 'max_password_errors'");
  const strikes = /\bFAILED_LOGIN_ATTEMPTS (\d+)/.exec(text)?.[1] ?? errors?.Value ?? 0;
  const days = /\bPASSWORD EXPIRE INTERVAL (\d+) DAY/.exec(text)?.[1];
  return {
    name,
    methods: methodsOf(text),
    strikes: Number(strikes),
    hashes: hashesOf(text),
    ...(days === undefined ? {} : { days: Number(days) }),
  };
}

/** What the server keeps of an account's passwords now. */
export async function readHashes(session: Session, name: string): Promise<readonly Buffer[]> {
  return hashesOf(await shown(session, name));
}

async function shown(session: Session, name: string): Promise<string> {
  // MySQL's salts have any seven bits in them. MariaDB does not know the variable.
  const isMysql = (await session.query("SHOW VARIABLES LIKE 'print_identified_with_as_hex'")).length > 0;
  if (isMysql) await session.query('SET SESSION print_identified_with_as_hex = ON');
  const [row] = await session.query(`SHOW CREATE USER ${name}`);
  return String(Object.values(row ?? {})[0]);
}

function hashesOf(statement: string): Buffer[] {
  const found = statement.matchAll(/ (?:AS|USING|BY PASSWORD) (?:0x([0-9A-Fa-f]+)|'([^']*)')/g);
  return [...found].map(([, hex, text = '']) => (hex ? Buffer.from(hex, 'hex') : Buffer.from(text)));
}

/**
 * The plugins in a `CREATE USER` statement. MySQL: `IDENTIFIED WITH 'a' AS ... [AND IDENTIFIED WITH 'b']`; MariaDB:
 * `IDENTIFIED BY PASSWORD '*...'` (mysql_native_password) or `IDENTIFIED VIA a [USING '...'] [OR b ...]`.
 */
export function methodsOf(statement: string): string[] {
  const mysql = [...statement.matchAll(/\bIDENTIFIED WITH '(\w+)'/g)].map(([, name = '']) => name);
  if (mysql.length > 0) return mysql;
  const [, via] = /\bIDENTIFIED VIA ((?:\w+(?: USING '[^']*')?(?: OR )?)+)/.exec(statement) ?? [];
  if (via === undefined) return ['mysql_native_password'];
  return via.split(' OR ').map((one) => one.replace(/ USING .*| .*/, ''));
}

/** What the session's own account may do. */
export async function readRights(session: Session): Promise<Rights> {
  const grants = await session.query('SHOW GRANTS');
  const global = grants
    .map((row) => /^GRANT (.*?) ON \*\.\* TO /.exec(String(Object.values(row)[0]))?.[1] ?? '')
    .flatMap((privileges) => privileges.split(/, ?/));
  const createUser = global.includes('ALL PRIVILEGES') || global.includes('CREATE USER');
  return { createUser, twoPasswords: createUser || global.includes('APPLICATION_PASSWORD_ADMIN') };
}
