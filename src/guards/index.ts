import { ageGuard } from './age.ts';
import { bindingGuard } from './binding.ts';
import { clientGuard } from './client.ts';
import type { Finding, Guard, Situation } from './finding.ts';
import { nodeDebugGuard, unsafeEnvGuard } from './hygiene.ts';
import { confirmGuard, reasonGuard, tlsGuard } from './production.ts';

export type { Finding, Guard, Situation } from './finding.ts';

const guards: readonly Guard[] = [
  bindingGuard,
  ageGuard,
  tlsGuard,
  clientGuard,
  nodeDebugGuard,
  unsafeEnvGuard,
  reasonGuard,
  confirmGuard,
];

/** Every guard speaks, so that a person sees all that is wrong at once. */
export function judge(situation: Situation): Finding[] {
  return guards.map((guard) => guard(situation)).filter((finding) => finding !== undefined);
}
