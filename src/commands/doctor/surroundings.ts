import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { statOf } from '../../files.ts';
import { nodeDebugGuard, unsafeNames } from '../../guards/hygiene.ts';
import { isClientVariable } from '../../profiles/reserved.ts';
import { optionFiles } from '../../run/situation.ts';
import type { Stage } from '../command.ts';
import type { Known } from './known.ts';
import { type Level, ok, problem, type Remark, warning } from './remark.ts';

/** What could send a connection elsewhere, or a password to where it should not be. Values are not looked at. */
export function lookAround({ context }: Stage, { profiles }: Known): Remark[] {
  const isMysql = profiles.filter(({ target }) => target.engine !== 'postgresql');
  const strict = (some: Known['profiles']): Level =>
    some.some(({ production }) => production) ? 'problem' : 'warning';
  const remarks = [
    ...variables(context),
    ...debugging(context),
    ...unsafeNames(context.env).map((message) => ({ ...warning(message), level: strict(profiles) })),
    ...optionFiles(context).map((what) => ({
      ...warning(`${what}: it wins over what run sets (connect passes it over)`),
      level: strict(isMysql),
    })),
    ...extraCa(context.env),
    ...passwordFiles(context),
  ];
  return remarks.length > 0 ? remarks : [ok('no variable and no file redirects a connection')];
}

const holdsPassword = /^(PGPASSWORD|MYSQL_PWD|MYSQL_PASSWORD|DATABASE_URL)$/;

function variables({ env }: Context): Remark[] {
  const set = Object.keys(env).filter(
    (name) => env[name] && (isClientVariable(name, 'postgresql') || isClientVariable(name, 'mysql')),
  );
  // A run inside a run has them from us.
  if (set.length === 0 || env.DBCREDS_ACTIVE) return [];
  const secret = set.filter((name) => holdsPassword.test(name));
  return [
    ok(`${set.join(', ')}: set here; run clears them for its engine, other programs heed them`),
    ...secret.map((name) =>
      warning(`${name} is set for every program of this shell`, ['unset it:', `unset ${name}`]),
    ),
  ];
}

function extraCa({ NODE_EXTRA_CA_CERTS: file }: Context['env']): Remark[] {
  return file
    ? [ok('NODE_EXTRA_CA_CERTS: Node programs trust further authorities, for every connection')]
    : [];
}

function debugging({ env }: Context): Remark[] {
  const finding = nodeDebugGuard({ env });
  return finding ? [problem(finding.message, ...(finding.hints ?? []))] : [];
}

/** Clients read them where no password is given; one from dbcreds goes before. */
function passwordFiles({ home }: Context): Remark[] {
  return ['.pgpass', '.pg_service.conf'].flatMap((name) => {
    const file = join(home, name);
    if (statOf(file) === undefined) return [];
    return [ok(`${file}: there; run's password and host go before it`)];
  });
}
