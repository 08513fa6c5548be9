import { DbcredsError } from '../../errors.ts';
import type { Profile } from '../../profiles/profile.ts';
import { formatTarget, showTarget, targetOf } from '../../profiles/target.ts';
import type { Provider } from '../../providers/provider.ts';
import { allowChanged } from '../../run/allow.ts';
import { destination, enrol, stored } from '../../run/enrol.ts';
import { judgeOne } from '../../run/judge.ts';
import { providerOf, refOf } from '../../run/store.ts';
import { Secret } from '../../secret.ts';
import { oneLine } from '../../terminal.ts';
import type { Options, Stage } from '../command.ts';
import { sceneOf } from '../held.ts';
import { rememberProvider } from '../home.ts';
import { text } from '../options.ts';
import { parsePasted, readsAsUrl } from '../pasted.ts';
import { heldOf, type Lack } from './lack.ts';

interface Asking {
  readonly options: Options;
  /** `2 of 3`. */
  readonly count: string;
}

/** Asks for one password, or for the leave to use a stored one, until it works or is skipped. */
export async function askFor(stage: Stage, { profile }: Lack, asking: Asking): Promise<void> {
  const provider = await providerOf(stage, profile, text(asking.options, 'provider'));
  try {
    // Of one that shares it, the password may have been stored a moment ago.
    const record = await stored(provider, refOf(profile));
    if (record) await allowed(stage, profile, provider, record);
    else if (profile.credential === undefined) await askUntil(stage, profile, provider, asking);
  } catch (error) {
    if (!(error instanceof DbcredsError) || /^(INTERRUPTED|TIMED_OUT)$/.test(error.code)) throw error;
    failed(stage, error);
  }
}

async function allowed(
  stage: Stage,
  profile: Profile,
  provider: Provider,
  record: Parameters<typeof heldOf>[1],
): Promise<void> {
  const one = heldOf(profile, record, provider);
  const { situation } = judgeOne(sceneOf(stage, profile.name), one);
  await allowChanged(stage, one, situation);
}

async function askUntil(
  stage: Stage,
  profile: Profile,
  provider: Provider,
  { options, count }: Asking,
): Promise<void> {
  const test = options.test !== false;
  let before = [
    '',
    `${count}: ${profile.id}${profile.production ? ', PRODUCTION' : ''}, as ${profile.file} has it.`,
    ...destination(profile),
  ];
  for (;;) {
    const question = `Password of ${showTarget(profile.target)} (hidden; Enter skips it): `;
    const answer = await stage.terminal.ask(question, {
      hidden: true,
      before: before.map(oneLine).join('\n'),
    });
    if (answer === '') return;
    before = ['Another try?'];
    try {
      await enrol(stage, profile, provider, { password: passwordIn(answer, profile), test });
    } catch (error) {
      if (!(error instanceof DbcredsError) || !mendable.test(error.code)) throw error;
      failed(stage, error);
      continue;
    }
    stage.terminal.say(`dbcreds: ${test ? 'logged in, and stored' : 'stored'} in ${provider.place}`);
    await rememberProvider(stage, profile, provider.name);
    return;
  }
}

/** What another password, or a moment's patience, may mend. */
const mendable =
  /^(USAGE|WRONG_PASSWORD|REFUSED|UNKNOWN_HOST|UNREACHABLE|CERT_\w+|TLS_\w+|NO_DATABASE|TOO_MANY|PASSWORD_EXPIRED|DATABASE|RECORD_TOO_LARGE)$/;

/** A whole URL is what people are sent. @throws DbcredsError `USAGE` where it is for another target */
function passwordIn(answer: string, { target }: Profile): Secret {
  if (!readsAsUrl(answer)) return new Secret(answer);
  const url = parsePasted(answer);
  if (!url.password || formatTarget(targetOf(url)) !== formatTarget(target))
    throw new DbcredsError('USAGE', {
      kind: 'usage',
      message: url.password ? 'that URL is for another target' : 'that URL holds no password',
    });
  return url.password;
}

/** The cause alone: what to type is the next question. */
function failed({ terminal }: Stage, { message, code, note }: DbcredsError): void {
  terminal.say(`dbcreds: ${message} (${code})${note === undefined ? '' : `\n  ${note}`}`);
}
