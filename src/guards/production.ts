import type { Finding, Situation } from './finding.ts';

/** Production is confirmed by its typed name: on the terminal, or where there is none by a flag or variable. */
export function confirmGuard({
  profile,
  terminal,
  flags,
  remembered,
  typed,
}: Situation): Finding | undefined {
  if (!profile.production) return undefined;
  if (terminal)
    return remembered
      ? undefined
      : { level: 'ask', code: 'CONFIRM', message: `${profile.name} is production` };
  if (flags.confirm === profile.name || flags.confirm === profile.id) return undefined;
  const given =
    flags.confirm === undefined ? 'was not confirmed' : `was not confirmed: the name given is another`;
  return {
    level: 'refuse',
    code: 'CONFIRM',
    message: `${profile.name} is production and ${given}`,
    note: 'There is no terminal to ask on.',
    hints: [
      ['say that you mean it:', typed(`--confirm ${profile.name}`)],
      ['for a job:', `export DBCREDS_CONFIRM=${profile.name}`],
    ],
  };
}

/** In production the server proves who it is, unless the file says why it cannot. */
export function tlsGuard({
  profile,
  ownSocket,
}: Pick<Situation, 'profile' | 'ownSocket'>): Finding | undefined {
  const { mode, because } = profile.tls;
  if (!profile.production || mode === 'verify-full' || because !== undefined || ownSocket) return undefined;
  const what = profile.target.host.startsWith('/')
    ? 'its socket belongs to neither root nor the server'
    : `tls.mode is ${mode}`;
  return {
    level: 'refuse',
    code: 'WEAK_TLS',
    message: `${profile.name} is production, but ${what}`,
    note: 'Whoever sits between here and the server could read the password.',
    hints: [
      ['verify the server:', `"tls": { "mode": "verify-full" } in ${profile.file}`],
      ['or say why not:', `"tls": { "because": "..." } in ${profile.file}`],
    ],
  };
}

/** Some profiles want to know why. */
export function reasonGuard({ profile, terminal, flags, typed }: Situation): Finding | undefined {
  const asked = profile.reason === 'always' || (profile.reason === 'no-terminal' && !terminal);
  if (!asked || flags.reason) return undefined;
  return {
    level: 'refuse',
    code: 'REASON',
    message: `${profile.name} asks for a reason`,
    hints: [['give one:', typed('--reason "..."')]],
  };
}
