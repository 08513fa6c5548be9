import { isWhole } from '../profiles/record.ts';
import type { Ready } from './environment.ts';
import { hold } from './hold.ts';
import { confirm, judgeOne } from './judge.ts';
import type { Scene } from './request.ts';
import type { Selection } from './select.ts';
import { settle } from './settle.ts';
import type { Held } from './store.ts';

/** One after the other: a keychain that asks, asks for one thing at a time. */
export async function read(scene: Scene, selections: readonly Selection[]): Promise<Held[]> {
  const held: Held[] = [];
  for (const selection of selections) held.push(await hold(scene, selection));
  return held;
}

/** Where a rotation was cut off, finishes it, or finds the password that works; and judges its age again. */
export async function heal(scene: Scene, held: readonly Held[]): Promise<Ready[]> {
  const ready: Ready[] = [];
  for (const one of held) {
    if (isWhole(one.record, scene.context.now)) ready.push({ ...one, slot: one.record.current });
    else ready.push(await healOne(scene, one));
  }
  return ready;
}

async function healOne(scene: Scene, held: Held): Promise<Ready> {
  const slot = await (await import('./rotation.ts')).healed(scene, held);
  const again = { ...held, record: { ...held.record, current: slot } };
  const { situation, findings } = judgeOne(scene, again);
  await settle(scene, [{ situation, findings: findings.filter(({ code }) => code.startsWith('EXPIRE')) }]);
  return { ...again, slot };
}

/**
 * The credential of one profile, after every step that a run takes before it launches.
 *
 * @param what is to be done with it, for the question: `connect`, `export`
 * @throws DbcredsError where a run would be refused
 */
export async function readyOne(scene: Scene, selection: Selection, what: string): Promise<Ready> {
  const [held] = await read(scene, [selection]);
  const judged = judgeOne(scene, held as Held);
  await settle(scene, [judged]);
  await confirm(scene, [judged], what);
  const [ready] = await heal(scene, [judged.held]);
  return ready as Ready;
}
