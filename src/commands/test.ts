import type { Session } from '../connect/login.ts';
import { describe, type ServerReport } from '../connect/report.ts';
import { DbcredsError, formatError } from '../errors.ts';
import { isWhole } from '../profiles/record.ts';
import { showTarget } from '../profiles/target.ts';
import { judgeOne } from '../run/judge.ts';
import { healed } from '../run/rotation.ts';
import { connect } from '../run/server.ts';
import { settle } from '../run/settle.ts';
import type { Held } from '../run/store.ts';
import { columns } from './columns.ts';
import type { Action, Stage } from './command.ts';
import { held, sceneOf, selected } from './held.ts';
import { flag } from './options.ts';

/** The guards that speak of where the password would go. A login is no run: it asks nobody, and an old password may be tried. */
const guards = new Set(['BINDING_CHANGED', 'WEAK_TLS']);

/** `dbcreds test`. */
export const test: Action = async (stage, args, options) => {
  const selection = selected(stage, args, options);
  const one = await held(stage, selection, options);
  const judged = judgeOne(
    sceneOf({ ...stage, terminal: { ...stage.terminal, available: false } }, selection.plain.name),
    one,
  );
  await settle(sceneOf(stage, selection.plain.name), [
    { ...judged, findings: judged.findings.filter(({ code }) => guards.has(code)) },
  ]);
  const json = flag(options, 'json');
  try {
    const report = await tryOut(stage, one);
    stage.terminal.out(
      json ? `${JSON.stringify({ ok: true, ...report }, null, 2)}\n` : columns(rows(one, report)),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    if (json)
      stage.terminal.out(
        `${JSON.stringify({ ok: false, code: error.code, message: error.message }, null, 2)}\n`,
      );
    else stage.terminal.say(formatError(error));
    return 1;
  }
};

interface Report extends ServerReport {
  readonly tls: Session['tls'] | null;
  /** Whether the server looked at the password at all. */
  readonly askedForPassword: boolean;
}

async function tryOut(stage: Stage, one: Held): Promise<Report> {
  const whole = isWhole(one.record, stage.context.now);
  const slot = whole ? one.record.current : await healed(stage, one);
  const session = await connect(one.profile, slot, one.files);
  try {
    const { tls = null, askedForPassword } = session;
    return { ...(await describe(session, one.profile.target.engine)), tls, askedForPassword };
  } finally {
    await session.close();
  }
}

function rows(
  { profile }: Held,
  { server, user, superuser, primary, tls, askedForPassword }: Report,
): string[][] {
  return [
    ['logged in', `${profile.id}, ${showTarget(profile.target)}`],
    ['server', `${server}${primary ? '' : ', a standby or read-only'}`],
    ['user', `${user}${superuser ? ', a SUPERUSER' : ', no superuser'}`],
    ['TLS', tls ? `${tls.protocol}, ${tls.authorized ? 'verified' : 'NOT verified'}` : 'none'],
    ...(tls ? [['certificate', `${tls.certificateName}, ${tls.daysLeft} days left`]] : []),
    ...(askedForPassword
      ? []
      : [['password', 'the server did not ask for one: this proves nothing about it']]),
  ];
}
