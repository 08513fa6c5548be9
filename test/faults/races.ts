import { codeOf, Shop, stocked } from '../commands/kit.ts';
import { accepts, passwordsOf, recordOf } from '../commands/rotation.ts';
import type { Result } from '../helpers/program.ts';
import type { Login, Server } from '../services/server.ts';

/** What came of rounds in which two rotations of one account began at the same moment. */
export interface Races {
  readonly rounds: number;
  /** In how many the one that lost had logged in with the old password, and stored its own, before it saw that. */
  readonly overlapped: number;
  /** How often the rounds ended how, as `0 and RACED`. */
  readonly ends: { readonly [how: string]: number };
  /** What must not be, a line each. */
  readonly evil: readonly string[];
}

const rotate = ['rotate', 'dev', '--sole-holder'];
const pendingStored = 'storing a new password as pending';

/** Two commands of one person: one waits for the other, and then rotates what that has left. */
export async function raceInOneStore(server: Server, rounds: number): Promise<Races> {
  const { shop, login } = await stocked(server);
  const tally = new Tally();
  for (let round = 1; round <= rounds; round++) {
    const [before] = await passwordsOf(shop);
    const both = await Promise.all([shop.dbcreds(rotate), shop.dbcreds(rotate)]);
    tally.count(
      both,
      both.every(({ stderr }) => stderr.includes(pendingStored)),
    );
    const [current = '', ...rest] = await passwordsOf(shop);
    const ends = both.map(endOf);
    tally.doubt(round, {
      'one failed otherwise than by waiting in vain': ends.some((end) => !['0', 'LOCKED'].includes(end)),
      'neither came through': !ends.includes('0'),
      'a password is left over': rest.length > 0,
      'nothing was rotated': current === before,
      'LOCKED OUT': !(await accepts(server, login, current)),
    });
  }
  return tally.result(rounds);
}

/** Two machines, each with a store of its own that holds the same password: one wins, and the other must see it. */
export async function raceOfTwoStores(server: Server, rounds: number): Promise<Races> {
  const { shop, login } = await stocked(server);
  const other = await twinOf(shop, login);
  const tally = new Tally();
  for (let round = 1; round <= rounds; round++) {
    // Who is started first takes turns.
    const shops = round % 2 ? [shop, other] : [other, shop];
    const before = await passwordsOf(shop);
    const both = await Promise.all(shops.map((one) => one.dbcreds(rotate)));
    const won = both.findIndex(({ code }) => code === 0);
    const [winner, loser] = [shops[won] ?? shop, shops[won === 0 ? 1 : 0] as Shop];
    const lost = both[won === 0 ? 1 : 0] as Result;
    tally.count(both, lost.stderr.includes(pendingStored));
    const [[current = '', ...rest], kept] = [await passwordsOf(winner), await passwordsOf(loser)];
    tally.doubt(round, {
      'not exactly one won': both.filter(({ code }) => code === 0).length !== 1,
      'the other ended otherwise': !['RACED', 'WRONG_PASSWORD'].includes(endOf(lost)),
      "the winner's record is not clean": rest.length > 0 || current === before[0],
      "the loser's record is another than before": JSON.stringify(kept) !== JSON.stringify(before),
      'LOCKED OUT': !(await accepts(server, login, current)),
    });
    // As after `dbcreds add` there.
    const { current: slot } = await recordOf(winner);
    await loser.alter('dev', ({ pending: _, previous: __, rotationId: ___, ...record }) => ({
      ...record,
      current: slot,
    }));
  }
  return tally.result(rounds);
}

/** The same project on another machine. */
async function twinOf(shop: Shop, { password }: Login): Promise<Shop> {
  const twin = await Shop.open(shop.profiles(), { PATH: shop.env.PATH ?? '' });
  const { readFileSync } = await import('node:fs');
  twin.place.write('ca.pem', readFileSync(`${shop.place.cwd}/ca.pem`, 'utf8'));
  await twin.store('dev', password);
  return twin;
}

const endOf = (result: Result): string => codeOf(result) ?? String(result.code ?? result.signal);

class Tally {
  #overlapped = 0;
  readonly #ends: { [how: string]: number } = {};
  readonly #evil: string[] = [];
  #said = '';

  count(both: readonly Result[], overlapped: boolean): void {
    if (overlapped) this.#overlapped += 1;
    const how = both.map(endOf).sort().join(' and ');
    this.#ends[how] = (this.#ends[how] ?? 0) + 1;
    this.#said = both.map(({ output }) => output).join('---\n');
  }

  doubt(round: number, doubts: { readonly [what: string]: boolean }): void {
    for (const [what, is] of Object.entries(doubts))
      if (is) this.#evil.push(`round ${round}: ${what}\n${this.#said}`);
  }

  result(rounds: number): Races {
    return { rounds, overlapped: this.#overlapped, ends: this.#ends, evil: this.#evil };
  }
}
