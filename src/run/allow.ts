import type { Context } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import { atomicWrite } from '../files.ts';
import { judge, type Situation } from '../guards/index.ts';
import { withLock } from '../lock.ts';
import type { Record } from '../profiles/record.ts';
import type { Seal } from '../profiles/seal.ts';
import { readTrust, type Trust, trustFile, trustText, withPlace } from '../profiles/trust.ts';
import { oneLine } from '../terminal.ts';
import { journal } from './journal.ts';
import type { Scene } from './request.ts';
import { type Held, refOf } from './store.ts';

/** Shows what changed, asks, and allows the place. @throws DbcredsError `BINDING_CHANGED` where the answer is not yes */
export async function allowChanged(
  scene: Pick<Scene, 'context' | 'terminal'>,
  held: Held,
  situation: Situation,
): Promise<void> {
  const finding = judge(situation).find(({ code }) => code === 'BINDING_CHANGED');
  if (finding === undefined) return;
  const facts = (finding.facts ?? []).map(([label, value]) => `  ${label.padEnd(10)}  ${value}`);
  const lines = [`${finding.message}:`, '', ...facts, '', finding.note ?? '', ''];
  const before = lines.map(oneLine).join('\n');
  const answer = await scene.terminal.ask('Use the password here from now on? Type yes: ', { before });
  if (answer.trim().toLowerCase() !== 'yes')
    throw new DbcredsError('BINDING_CHANGED', {
      kind: 'refused',
      message: finding.message,
      note: 'Nothing was started.',
    });
  await allow(scene, held, situation.seal);
}

/** Lets a place use a record from now on: what was shown, and agreed to. */
export async function allow(
  scene: Pick<Scene, 'context' | 'terminal'>,
  { plain, provider, record }: Held,
  seal: Seal,
): Promise<void> {
  const { target } = seal;
  if (!record.targets.includes(target))
    await provider.set(
      refOf(plain),
      withTarget(record, target, plain.credential !== undefined),
      record.revision,
    );
  await allowPlace(scene.context, plain.id, plain.file, seal);
  journal(scene, plain, { event: 'trust', outcome: 'done', provider: provider.name });
}

/** A profile's own record moves with it; a shared one opens one more. */
function withTarget(record: Record, target: string, shared: boolean): Record {
  const targets = shared ? [...record.targets, target] : [target, ...record.targets.slice(1)];
  return { ...record, targets, revision: record.revision + 1 };
}

/** Writes down that this seal of this file may use the profile's record. */
export function allowPlace(context: Context, id: string, file: string, seal: Seal): Promise<void> {
  return changeTrust(context, (trust) => withPlace(trust, id, file, seal));
}

/** Changes `trust.json` under its lock. */
export async function changeTrust(context: Context, change: (trust: Trust) => Trust): Promise<void> {
  const lock = { timeoutMs: 10_000, folder: context.folders.state, what: trustFile(context) };
  await withLock(trustFile(context), lock, async () => {
    atomicWrite(trustFile(context), trustText(change(readTrust(context))));
  });
}
