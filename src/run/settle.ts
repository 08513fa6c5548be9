import { basename, join } from 'node:path';
import { DbcredsError, type Fact } from '../errors.ts';
import type { Finding, Situation } from '../guards/index.ts';
import { showTarget } from '../profiles/target.ts';
import type { Scene } from './request.ts';

/** Says what is to be said, and throws where a guard refused: all refusals in one error. */
export async function settle(
  scene: Scene,
  judged: readonly { situation: Situation; findings: readonly Finding[] }[],
): Promise<void> {
  const refusals = judged.flatMap(({ situation, findings }) =>
    findings.filter(({ level }) => level === 'refuse').map((finding) => ({ situation, finding })),
  );
  const [first, ...others] = refusals;
  if (first) throw refusal(first, others);
  for (const { situation, findings } of judged) {
    for (const finding of findings) if (finding.level === 'warn') await warn(scene, situation, finding);
  }
}

interface Refusal {
  readonly situation: Situation;
  readonly finding: Finding;
}

function refusal({ situation, finding }: Refusal, others: readonly Refusal[]): DbcredsError {
  return new DbcredsError(finding.code, {
    kind: 'refused',
    message: finding.message,
    facts: [...headOf(situation), ...(finding.facts ?? []), ...others.flatMap(alsoOf)],
    note: ['Nothing was started.', finding.note, ...others.map((other) => other.finding.note)]
      .filter(Boolean)
      .join(' '),
    hints: [...(finding.hints ?? []), ...others.flatMap((other) => other.finding.hints ?? [])],
  });
}

function headOf({ profile }: Situation): Fact[] {
  return [
    ['profile', `${profile.id}${profile.production ? '  PRODUCTION' : ''}`],
    ['target', showTarget(profile.target)],
  ];
}

function alsoOf({ finding }: Refusal): Fact[] {
  return [['also', `${finding.message} (${finding.code})`], ...(finding.facts ?? [])];
}

async function warn({ context, terminal }: Scene, { profile }: Situation, finding: Finding): Promise<void> {
  if (finding.daily && terminal.available && (await saidToday())) return;
  terminal.say(`dbcreds: warning: ${finding.message} (${finding.code})`);

  /** A reminder on a terminal is for a person, and once a day is enough. */
  async function saidToday(): Promise<boolean> {
    const { atomicWrite, readPrivate } = await import('../files.ts');
    const file = join(
      context.folders.state,
      'reminded',
      `${basename(profile.file)}-${profile.id.replaceAll('/', '-')}`,
    );
    const today = new Date(context.now).toISOString().slice(0, 10);
    if (readPrivate(file)?.toString('utf8') === today) return true;
    try {
      atomicWrite(file, today);
    } catch (error) {
      // A home that cannot be written: it is said again.
      if (!(error instanceof DbcredsError)) throw error;
    }
    return false;
  }
}
