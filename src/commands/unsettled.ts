import { showSpan } from '../profiles/duration.ts';
import type { Record } from '../profiles/record.ts';

/** What a rotation has left to do, for people; `dbcreds rotate NAME --finish` does it. Empty where there is nothing. */
export function unsettled({ pending, previous, discardAt, unpushed = [] }: Record, now: number): string[] {
  const overdue = previous !== undefined && discardAt !== undefined && discardAt <= now && !pending;
  return [
    ...(pending ? ['a rotation was cut off'] : []),
    ...(overdue ? [`the old password should have been discarded ${showSpan(now - discardAt)} ago`] : []),
    ...(unpushed.length === 1 ? ['one command has not been told the password'] : []),
    ...(unpushed.length > 1 ? [`${unpushed.length} commands have not been told the password`] : []),
  ];
}

/** For how long the server takes the old password too. */
export function graceLeft({ pending, previous, discardAt }: Record, now: number): string | undefined {
  const running = previous !== undefined && discardAt !== undefined && discardAt > now && !pending;
  return running ? `the old password holds for ${showSpan(discardAt - now)} more` : undefined;
}
