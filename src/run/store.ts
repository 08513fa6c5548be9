import { DbcredsError } from '../errors.ts';
import { prepareLaunch } from '../launch/index.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import type { SealedFiles } from '../profiles/seal.ts';
import { formatTarget, showTarget } from '../profiles/target.ts';
import { choose, open } from '../providers/index.ts';
import type { Provider, Ref } from '../providers/provider.ts';
import { Secret } from '../secret.ts';
import type { Terminal } from '../terminal.ts';
import type { Scene } from './request.ts';
import type { Selection } from './select.ts';

/** A selection with its record. */
export interface Held extends Selection {
  readonly record: Record;
  readonly provider: Provider;
  readonly files: SealedFiles;
}

/** What a profile's record is asked for by. A shared record goes by the other profile's name. */
export function refOf(profile: Profile): Ref {
  const { credential, project, id, variable, production } = profile;
  const shared = project === undefined ? credential : `${project}/${credential}`;
  return {
    id: credential === undefined || shared === undefined ? id : shared,
    variable,
    target: formatTarget(profile.target),
    production,
  };
}

/** Opens the provider that answers for a profile. */
export function providerOf(
  scene: Pick<Scene, 'context' | 'terminal'>,
  profile: Profile,
  flag?: string,
): Promise<Provider> {
  const { name, why } = choose(profile, scene.context, flag);
  scene.terminal.debug(`${profile.id}: provider ${name} (${why})`);
  return open(name, profile, scene.context, hooksOf(scene.terminal, prepareLaunch));
}

/** How a provider reaches the person in front of it. @param meanwhile what to do while it waits itself */
export function hooksOf(terminal: Terminal, meanwhile: () => void = () => {}): Parameters<typeof open>[3] {
  return {
    meanwhile,
    get terminal() {
      return terminal.available;
    },
    waiting: (message) => terminal.say(`dbcreds: ${message}`),
    ask: async (question) => new Secret(await terminal.ask(question, { hidden: true })),
  };
}

/** The error for a profile without a stored password. */
export function noCredential(profile: Profile, provider: Provider): DbcredsError {
  return new DbcredsError('NO_CREDENTIAL', {
    message: `no password is stored for ${profile.name}`,
    facts: [
      ['profile', `${profile.id}${profile.production ? '  PRODUCTION' : ''}`],
      ['target', showTarget(profile.target)],
      ['looked in', provider.place],
    ],
    note: 'Nothing was started.',
    hints: provider.writable
      ? [
          ['store it:', `dbcreds add ${profile.name}`],
          ['in a job, set one of:', `DBCREDS_${profile.variable}_URL, DBCREDS_${profile.variable}_URL_FILE`],
        ]
      : [['set it:', `DBCREDS_${profile.variable}_URL, or DBCREDS_${profile.variable}_URL_FILE`]],
  });
}
