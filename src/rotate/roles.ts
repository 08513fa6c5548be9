import type { Session } from '../connect/login.ts';
import { DbcredsError } from '../errors.ts';
import type { Profile } from '../profiles/profile.ts';
import { accountName } from './account.ts';

/**
 * Whether two users that are to take turns may do the same, before the first turn: what one owns, the other could not alter.
 *
 * @param session of somebody who sees both
 * @throws DbcredsError `ROLES_DIFFER`, with what is not alike
 */
export async function assertAlike(
  profile: Profile,
  session: Session,
  one: string,
  other: string,
): Promise<void> {
  const look = profile.target.engine === 'postgresql' ? postgresql : mysql;
  const [a, b] = [await look(session, one), await look(session, other)];
  const lacks = (from: Set<string>, to: Set<string>): string[] => [...from].filter((line) => !to.has(line));
  const differences = [
    ...lacks(a, b).map((line): [string, string] => [`only ${one}`, line]),
    ...lacks(b, a).map((line): [string, string] => [`only ${other}`, line]),
  ];
  if (differences.length === 0) return;
  throw new DbcredsError('ROLES_DIFFER', {
    kind: 'refused',
    message: `${one} and ${other} may not do the same`,
    facts: differences.slice(0, 12),
    note: 'Roles that take turns should own nothing, and both be members of one role that does. Nothing was changed.',
  });
}

/** Attributes, memberships, settings, what it owns in any database, and privileges in this one. */
async function postgresql(session: Session, role: string): Promise<Set<string>> {
  const rows = await session.query(postgresqlLook, [role]);
  return new Set(rows.map(({ line }) => String(line)));
}

const postgresqlLook = `
  WITH me AS (SELECT * FROM pg_catalog.pg_roles WHERE rolname = $1)
  SELECT 'may log in: ' || rolcanlogin || ', superuser: ' || rolsuper || ', inherits: ' || rolinherit
      || ', creates roles: ' || rolcreaterole || ', creates databases: ' || rolcreatedb || ', replicates: ' || rolreplication
      || ', bypasses row security: ' || rolbypassrls || ', connections: ' || rolconnlimit AS line FROM me
  UNION SELECT 'member of ' || m.roleid::regrole || CASE WHEN m.admin_option THEN ' WITH ADMIN' ELSE '' END
    FROM pg_catalog.pg_auth_members m JOIN me ON m.member = me.oid
  UNION SELECT 'setting ' || setting || COALESCE(' in ' || d.datname, '')
    FROM pg_catalog.pg_db_role_setting s JOIN me ON s.setrole = me.oid
    LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS setting
  UNION SELECT 'owns ' || count(*) || ' objects in ' || COALESCE(d.datname, 'the whole server')
    FROM pg_catalog.pg_shdepend p JOIN me ON p.refobjid = me.oid
    LEFT JOIN pg_catalog.pg_database d ON d.oid = p.dbid
    WHERE p.refclassid = 'pg_catalog.pg_authid'::regclass AND p.deptype = 'o' GROUP BY d.datname
  UNION SELECT a.privilege_type || ' on ' || o.what || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    FROM (SELECT 'table ' || oid::regclass AS what, relacl AS acl FROM pg_catalog.pg_class
      UNION ALL SELECT 'column ' || attrelid::regclass || '.' || attname, attacl FROM pg_catalog.pg_attribute
      UNION ALL SELECT 'schema ' || nspname, nspacl FROM pg_catalog.pg_namespace
      UNION ALL SELECT 'function ' || oid::regprocedure, proacl FROM pg_catalog.pg_proc
      UNION ALL SELECT 'type ' || oid::regtype, typacl FROM pg_catalog.pg_type
      UNION ALL SELECT 'database ' || datname, datacl FROM pg_catalog.pg_database
      UNION ALL SELECT 'default of ' || defaclrole::regrole || ' for ' || defaclobjtype::text, defaclacl
        FROM pg_catalog.pg_default_acl) o,
      aclexplode(o.acl) a JOIN me ON a.grantee = me.oid`;

/** What the server would grant again. */
async function mysql(session: Session, user: string): Promise<Set<string>> {
  const hosts = await session.query('SELECT host AS name FROM mysql.user WHERE user = ?', [user]);
  const lines = new Set<string>(hosts.length === 0 ? ['there is no such account'] : []);
  for (const { name } of hosts) {
    lines.add(`from ${name}`);
    const account = accountName(`${user}@${name}`);
    for (const row of await session.query(`SHOW GRANTS FOR ${account}`)) {
      const [grant = ''] = Object.values(row);
      lines.add(anonymous(String(grant)));
    }
  }
  return lines;
}

/** Without the account itself, and without what MariaDB shows of its passwords. */
function anonymous(grant: string): string {
  return grant
    .replace(/ TO [`'"].*?[`'"]@[`'"].*?[`'"](?= |$)/, ' TO it')
    .replace(/ IDENTIFIED (?:BY PASSWORD '[^']*'|VIA .*?)(?= REQUIRE | WITH |$)/, '');
}
