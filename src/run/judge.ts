import { type Finding, judge, type Situation } from '../guards/index.ts';
import { confirmProduction, isRemembered, remember } from './confirm.ts';
import type { Scene } from './request.ts';
import { situationOf } from './situation.ts';
import { type Held, refOf } from './store.ts';

/** A selection with what the guards say of it. */
export interface Judged {
  readonly held: Held;
  readonly situation: Situation;
  readonly findings: readonly Finding[];
}

/** Lets every guard speak. */
export function judgeOne(scene: Scene, held: Held): Judged {
  const remembered = (sealHash: string): boolean => isRemembered(scene.context, held.plain, sealHash);
  const situation = situationOf(scene, held, remembered);
  return { held, situation, findings: judge(situation) };
}

/** Asks what the guards want asked. @throws DbcredsError where the answer is another */
export async function confirm(scene: Scene, judged: readonly Judged[], command: string): Promise<void> {
  const { terminal } = scene;
  for (const one of judged) {
    const asks = one.findings.filter(({ level }) => level === 'ask').map(({ code }) => code);
    if (asks.includes('BINDING_CHANGED')) await terminal.alone(() => bind(scene, one));
    if (asks.includes('CONFIRM')) await terminal.alone(() => confirmOne(scene, one, command));
  }
}

/** Judges anew: another process on this terminal may have been told meanwhile. */
async function bind(scene: Scene, { held }: Judged): Promise<void> {
  const record = (await held.provider.get(refOf(held.plain))) ?? held.record;
  const now = { ...held, record };
  await (await import('./allow.ts')).allowChanged(scene, now, judgeOne(scene, now).situation);
}

async function confirmOne(scene: Scene, { held, situation }: Judged, command: string): Promise<void> {
  // Until now, and not until the command began: it may have waited long.
  const context = { ...scene.context, now: Date.now() };
  if (isRemembered(context, held.plain, situation.sealHash)) return;
  await confirmProduction(scene.terminal, situation, held.profile, command);
  await remember(scene.context, held.plain, situation.sealHash);
}
