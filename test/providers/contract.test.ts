import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import type { ProviderName } from '../../src/profiles/profile.ts';
import { open } from '../../src/providers/index.ts';
import { Keychain } from '../services/keychain.ts';
import { readingContract, type Subject, writingContract } from './contract.ts';
import { contextIn, freshFolder, hooksWith, profileIn, recordOf, refOf } from './kit.ts';

/** The same place for us and for another process. `env` may be changed later. */
function subject(provider: ProviderName, folder: string, env: { [name: string]: string }) {
  const job = { provider, folder };
  return {
    job,
    env,
    open: () => open(provider, profileIn(folder), contextIn(folder, env), hooksWith()),
    close: async () => {},
  };
}

/** Writes over whatever is there. */
async function overwrite({ open }: Pick<Subject, 'open'>, password: string): Promise<void> {
  const provider = await open();
  await provider.set(refOf(), recordOf(password), (await provider.get(refOf()))?.revision);
}

/** libdbus reads the bus' address once in the life of a process: one session for all tests here, emptied for each. */
const sessions: Keychain[] = [];

async function keychain(): Promise<Subject> {
  const session = sessions[0] ?? (await Keychain.open('unlocked'));
  sessions[0] = session;
  Object.assign(process.env, session.env);
  const base = subject('keychain', freshFolder(), { ...session.env });
  return {
    ...base,
    plant: (password) => overwrite(base, password),
    spoil: () => session.lock(),
    close: async () => {
      await session.unlock();
      // secret-tool fails where there is nothing to clear.
      await session.secretTool(['store', '--label=any', 'service', 'dbcreds', 'username', 'any'], 'any');
      await session.secretTool(['clear', 'service', 'dbcreds']);
    },
  };
}

async function file(): Promise<Subject> {
  const folder = freshFolder();
  const base = subject('file', folder, { DBCREDS_AGE_KEY: await generateIdentity() });
  return {
    ...base,
    plant: (password) => overwrite(base, password),
    spoil: async () => {
      base.env.DBCREDS_AGE_KEY = await generateIdentity();
    },
  };
}

const urlWith = (password: string): string =>
  `postgresql://shop:${encodeURIComponent(password)}@db.example/shop`;

async function env(): Promise<Subject> {
  const base = subject('env', freshFolder(), {});
  return {
    ...base,
    plant: async (password) => {
      base.env.DBCREDS_PROD_PASSWORD = password;
    },
    spoil: async () => {
      base.env.DBCREDS_PROD_PASSWORD_FILE = '/no/such/file';
    },
  };
}

async function dotenv(): Promise<Subject> {
  const folder = freshFolder();
  const base = subject('dotenv', folder, {});
  const write = async (line: string): Promise<void> => writeFileSync(join(folder, '.env'), `${line}\n`);
  return {
    ...base,
    plant: (password) => write(`DATABASE_URL='${urlWith(password).replaceAll("'", '%27')}'`),
    spoil: () => write('DATABASE_URL=nonsense'),
  };
}

readingContract('keychain', ['secret-service'], keychain);
writingContract('keychain', ['secret-service'], keychain);
readingContract('file', [], file);
writingContract('file', [], file);
readingContract('env', [], env);
readingContract('dotenv', [], dotenv);
