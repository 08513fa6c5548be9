import { type Finding, judge, type Situation } from '../guards/index.ts';
import { confirmProduction, isRemembered, remember } from './confirm.ts';
import type { Scene } from './request.ts';
import { situationOf } from './situation.ts';
import type { Held } from './store.ts';

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
  for (const { held, situation, findings } of judged) {
    const asks = findings.filter(({ level }) => level === 'ask').map(({ code }) => code);
    if (asks.includes('BINDING_CHANGED'))
      await (await import('./allow.ts')).allowChanged(scene, held, situation);
    if (!asks.includes('CONFIRM')) continue;
    await confirmProduction(scene.terminal, situation, held.profile, command);
    await remember(scene.context, held.plain, situation.sealHash);
  }
}
