import type { Context } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import type { Profile, ProviderName } from '../profiles/profile.ts';
import { openEnv, setVariables } from './env.ts';
import type { Hooks } from './hooks.ts';
import { Keychain } from './keychain.ts';
import type { Provider } from './provider.ts';

export type { Hooks } from './hooks.ts';

export interface Choice {
  readonly name: ProviderName;
  /** For people, after "provider": "--provider", "DBCREDS_PROD_URL is set", "set in profiles.json". */
  readonly why: string;
}

export const providerNames: readonly ProviderName[] = ['keychain', 'file', 'env', 'dotenv'];

/**
 * Which provider serves a profile: `--provider`, else the environment where it names a credential (even an empty one, so
 * that a secret that CI did not hand out is not replaced by another), else what a profile file says, else the keychain.
 *
 * @throws DbcredsError `USAGE` for a name that is none
 */
export function choose(profile: Profile, context: Context, flag?: string): Choice {
  if (flag !== undefined) return { name: asName(flag), why: '--provider' };
  const [variable] = setVariables(context.env, profile.variable);
  if (variable !== undefined) return { name: 'env', why: `${variable} is set` };
  if (!profile.provider) return { name: 'keychain', why: 'the default' };
  const file = profile.provider.from === 'user' ? 'profiles.json' : 'dbcreds.json';
  return { name: profile.provider.name, why: `set in ${file}` };
}

function asName(text: string): ProviderName {
  const name = providerNames.find((one) => one === text);
  if (name) return name;
  throw new DbcredsError('USAGE', {
    kind: 'usage',
    message: `--provider takes ${providerNames.join(', ')}`,
  });
}

/**
 * Opens a provider; the ones that a run does not use are not even loaded. The keychain and an encrypted file serve every
 * profile, so with `hooks.opened` they are opened once.
 */
export async function open(
  name: ProviderName,
  profile: Profile,
  context: Context,
  hooks: Hooks,
): Promise<Provider> {
  switch (name) {
    case 'env':
      return openEnv(profile, context);
    case 'dotenv':
      return (await import('./dotenv.ts')).openDotenv(profile);
    case 'keychain':
      return shared(hooks, 'keychain', () => new Keychain(context, hooks));
    case 'file': {
      const { AgeFile, agePath } = await import('./file.ts');
      const path = agePath(profile, context);
      return shared(hooks, `file ${path}`, () => new AgeFile(path, context, hooks));
    }
  }
}

function shared(hooks: Hooks, key: string, make: () => Provider): Provider {
  const provider = hooks.opened?.get(key) ?? make();
  hooks.opened?.set(key, provider);
  return provider;
}
