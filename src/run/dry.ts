import { expiryOf } from '../guards/age.ts';
import type { Finding } from '../guards/index.ts';
import { showDate } from '../profiles/duration.ts';
import { showTarget, urlHost } from '../profiles/target.ts';
import { oneLine } from '../terminal.ts';
import type { ChildEnvironment } from './environment.ts';
import type { Scene } from './request.ts';
import type { Held } from './store.ts';

/** What a run would do: names, targets and guards; never a value. */
export function describeRun(
  { context, request }: Scene,
  judged: readonly { held: Held; findings: readonly Finding[] }[],
  child: ChildEnvironment,
): string {
  const inherited = Object.keys(context.env).filter((name) => context.env[name] !== undefined);
  const cleared = inherited.filter((name) => !(name in child.kept) && !(name in child.set));
  const lines = [
    ...judged.flatMap(({ held, findings }) => describeOne(held, findings)),
    `sets      ${Object.keys(child.set).join(' ')}`,
    ...(cleared.length > 0 && !request.pristine ? [`clears    ${cleared.join(' ')}`] : []),
    ...(request.pristine ? [`keeps     ${Object.keys(child.kept).join(' ')}`] : []),
    ...child.files.map(({ path }) => `file      ${path}`),
    `command   ${request.command[0] ?? '(none given)'}`,
  ];
  return `${lines.map(oneLine).join('\n')}\n`;
}

function describeOne({ profile, provider, record, readOnly }: Held, findings: readonly Finding[]): string[] {
  const { target, dial, tls, tunnelled } = profile;
  const expiry = expiryOf(profile, record.current);
  return [
    `profile   ${profile.id}${profile.production ? '  PRODUCTION' : ''}  (${profile.file})`,
    `target    ${showTarget(target)} (${target.engine})`,
    ...(tunnelled ? [`dials     ${urlHost(dial.host)}:${dial.port}`] : []),
    `TLS       ${tls.mode}${tls.ca ? `, CA ${tls.ca}` : ''}`,
    `password  ${provider.place}${expiry === undefined ? '' : `, expires ${showDate(expiry)}`}`,
    ...(readOnly ? ['read-only a guard rail and not a wall: the session can set it back'] : []),
    ...(findings.length === 0 ? ['guards    all silent'] : findings.map(describeFinding)),
  ];
}

function describeFinding({ level, code, message }: Finding): string {
  const words = { warn: 'warns', ask: 'asks', refuse: 'refuses' };
  return `guard     ${words[level]}: ${message} (${code})`;
}
