import { type Ears, never, type Struck, strike } from './strike.ts';
import { type Sight, type Subject, slotsOf } from './subject.ts';
import { commandLine, type Evil, judge, mark, type Ordinary, ordinary, show, tell } from './trial.ts';

/** One rotation that something happened to, and what came of it. */
export interface Ordeal {
  readonly said: Struck;
  /** The code of the error that it ended with. Absent: it did well. */
  readonly code: string | undefined;
  /** What the server took and what was stored before the ordinary command. */
  readonly seen: Sight;
  /** What must never happen, and did: in the words of `evils`, or about a code that tells nothing. */
  readonly evil: readonly string[];
  /** All that is needed to look at it, without a secret. */
  readonly story: string;
}

export interface Plan extends Ears {
  /** Default: the rotation. */
  readonly args?: readonly string[];
  /** Ends what is wrong, before anybody looks. */
  readonly repair?: () => unknown;
  /** The ordinary command that has to bring it to its end. */
  readonly last: Ordinary;
}

/** The one that is next, so that each has its turn. */
export const ordinaryOf = (count: number): Ordinary => ordinary[count % ordinary.length] as Ordinary;

/** Runs a rotation while something is wrong, then an ordinary command while nothing is, and looks before and after it. */
export async function ordeal(subject: Subject, { args, repair, last, ...ears }: Plan): Promise<Ordeal> {
  const passwords = new Set(slotsOf(await subject.record()));
  const said = await strike(subject, args ?? commandLine(subject, 'rotate'), never, ears);
  await repair?.();
  const seen = await subject.look(passwords);
  for (const password of slotsOf(seen.record)) passwords.add(password);
  const evil = new Set<string>(evilOf(said, seen));
  const end = await strike(subject, commandLine(subject, last));
  const after = await subject.look(passwords);
  for (const password of slotsOf(after.record)) passwords.add(password);
  for (const one of judge(subject, last, end, after)) evil.add(one);
  const story = [tell('rotate', said), show(seen, passwords), tell(last, end), show(after, passwords)].join(
    '\n',
  );
  const safe = [...passwords].reduce((text, password) => text.replaceAll(password, mark(password)), story);
  if (safe !== story) evil.add('password shown');
  return { said, code: codeIn(said.stderr), seen, evil: [...evil], story: safe };
}

function evilOf({ code, stderr }: Struck, { record, accepted }: Sight): string[] {
  const found: [Evil | string, boolean][] = [
    ['lost password', !slotsOf(record).some((password) => accepted.includes(password))],
    ['two passwords', accepted.length > 1],
    ['an error that tells nothing', code !== 0 && /^(INTERNAL)?$/.test(codeIn(stderr) ?? '')],
  ];
  return found.flatMap(([evil, is]) => (is ? [evil] : []));
}

/** The code that an error names, behind its headline. */
const codeIn = (stderr: string): string | undefined =>
  /^dbcreds: (?!warning).* \(([A-Z_]+)\)$/m.exec(stderr)?.[1];
