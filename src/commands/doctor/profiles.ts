import { existsSync } from 'node:fs';
import { DbcredsError } from '../../errors.ts';
import type { Profile } from '../../profiles/profile.ts';
import { agePath } from '../../providers/file.ts';
import { choose } from '../../providers/index.ts';
import { storedNames } from '../../providers/keychain/stored-names.ts';
import { refOf } from '../../run/store.ts';
import type { Stage } from '../command.ts';
import type { Known } from './known.ts';
import { fromError, ok, problem, type Remark, warning } from './remark.ts';

/** Which provider would answer for each profile, and why. None is asked. */
export function lookAtProfiles(stage: Stage, { profiles, faults }: Known): Remark[] {
  if (profiles.length === 0 && faults.length > 0)
    return [warning('none can be used, as long as the files are as they are')];
  if (profiles.length === 0) return [warning('there is none yet', ['begin with one:', 'dbcreds add dev'])];
  return profiles.map((profile) => {
    try {
      return remarkOf(stage, profile);
    } catch (error) {
      if (error instanceof DbcredsError) return fromError(error);
      throw error;
    }
  });
}

function remarkOf({ context }: Stage, profile: Profile): Remark {
  const { id, name, production } = profile;
  const { name: provider, why } = choose(profile, context);
  const said = `${id}${production ? ' (production)' : ''}: ${provider}, ${why}`;
  const add: [string, string] = ['store its password:', `dbcreds add ${name}`];
  if (provider === 'env') {
    const variable = why.split(' ')[0] ?? '';
    return context.env[variable] === ''
      ? problem(`${said}, but empty`, ['to use another provider:', `unset ${variable}`])
      : ok(said);
  }
  if (provider === 'dotenv' && production) return problem(`${said}, which does not serve production`);
  if (provider === 'keychain' && !storedNames(context).includes(refOf(profile).id))
    return warning(`${said}; nothing is stored yet`, add);
  if (provider === 'file' && !existsSync(agePath(profile, context)))
    return warning(`${said}; ${agePath(profile, context)} does not exist yet`, add);
  return ok(said);
}
