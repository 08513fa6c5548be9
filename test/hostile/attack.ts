import { existsSync, rmSync } from 'node:fs';
import { assert, suite } from '../helpers/suite.ts';
import { type Attempt, Victim } from './victim.ts';

/**
 * Makes every attempt against a password in the keychain, and against one in an age file; but once alone where the file is
 * refused before anything is asked for a password.
 */
export function attack(title: string, attempts: Readonly<Record<string, Attempt>>): void {
  for (const store of ['keychain', 'file'] as const) {
    const test = suite(`${title}, ${store}`, { needs: store === 'keychain' ? ['secret-service'] : [] });
    let victim: Victim;
    test.before(async () => {
      victim = await Victim.open(store);
    });
    test.after(() => victim.close());

    test('unedited, the child gets the password', () => assertRuns(victim));
    for (const [name, attempt] of Object.entries(attempts))
      if (store === 'keychain' || attempt.code !== 'BAD_PROFILE') test(name, () => victim.attempt(attempt));
    test('unedited again, it still does', () => assertRuns(victim));
    test.run();
  }
}

/** Proof that what refuses the attempts is their edit: without one the run goes through. */
export async function assertRuns(victim: Victim): Promise<void> {
  for (const [index, run] of ['prod', 'dev'].entries()) {
    const result = await victim.dbcreds(victim.runArgs({ run }));
    assert.equal([result.code, result.stderr], [0, '']);
    assert.ok(existsSync(victim.marker));
    assert.ok(result.stdout.includes(`PGPASSWORD=${victim.passwords[index]}\n`));
    rmSync(victim.marker);
  }
}

/** The attempt to set some keys of a profile; `undefined` takes one away, and PORT stands for the trap's. */
export function ofProfile(run: string, keys: object, code: string, says?: string | RegExp): Attempt {
  return {
    edit: ({ profiles }, { trap }) => {
      const lacking = Object.entries(keys).filter(([, value]) => value === undefined);
      for (const [key] of lacking) delete profiles[run][key];
      Object.assign(profiles[run], JSON.parse(JSON.stringify(keys).replaceAll('PORT', String(trap.port))));
    },
    run,
    code,
    ...(says === undefined ? {} : { says }),
  };
}
