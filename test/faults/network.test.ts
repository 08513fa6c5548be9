import { findSecret } from '../helpers/leak.ts';
import type { Step } from '../helpers/proxy.ts';
import { assert, suite } from '../helpers/suite.ts';
import { use } from '../services/use.ts';
import { Front } from './front.ts';
import { cut, type Disturbed, show, still, stills } from './network.ts';
import { randomFrom } from './random.ts';
import { slotsOf } from './subject.ts';

/** How many of the places where a connection can be cut are tried here. All of them are in `npm run test:faults`. */
const sample = 4;

function assertWell(trials: readonly Disturbed[]): void {
  for (const { evil, story, step } of trials) assert.equal(evil, [], `${show(step)}\n${story}`);
}

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`a rotation over a bad network, ${engine}`, { needs: [engine] });

  test('cut behind any message in any direction: one ordinary command ends well', async () => {
    const random = randomFrom(20_261_124);
    const { places, trials } = await cut(await use(engine), (all) =>
      // One out of each part of the way, so that none is left out.
      Array.from({ length: sample }, (_, part) => {
        const at = Math.floor(((part + random()) * all.length) / sample);
        return all[at] as Omit<Step, 'act'>;
      }),
    );
    assert.ok(places > 60, `${places} places`);
    assertWell(trials);
    assert.ok(trials.filter(({ hit }) => hit).length >= sample - 1);
  });

  test('with somebody in the middle from one connection on: nothing is told, nothing lost', async () => {
    const [server, { otherCa, otherName }] = await Promise.all([use(engine), use('certificates')]);
    const front = await Front.open(server);
    for (const [pair, code, from] of [
      [otherCa, 'CERT_UNKNOWN_CA', 2],
      [otherName, 'CERT_NAME', 3],
    ] as const) {
      const tls = (connection: number) => (connection >= from ? pair : undefined);
      const { evil, story, seen, proxy, said, ...end } = await front.trial({ tls });
      assert.equal(evil, [], story);
      assert.match(said.stderr, code);
      assert.is(end.code, code, story);
      const [forged] = proxy.seen.slice(from - 1);
      assert.ok(forged, story);
      assert.equal(forged.statements, []);
      // No more than the wish for TLS.
      assert.ok(forged.heard.length <= 1, `${forged.heard.length} messages`);
      for (const password of slotsOf(seen.record))
        assert.equal(findSecret(Buffer.concat(forged.heard), password), []);
    }
  });

  test.run();
}

/** A whole time-out is waited for: once is enough here. */
const patient = suite('a rotation over a network that goes silent', { needs: ['mysql'] });

patient(
  'nobody hears the answer to the change: both passwords are kept, and the next command ends well',
  async () => {
    const lost = stills('mysql').filter(({ act, statement }) => act === 'mute' && statement);
    const trials = await still(await use('mysql'), lost.slice(-1));
    assertWell(trials);
    assert.is(trials.length, 1);
    for (const { hit, code, seen, story } of trials) {
      assert.ok(hit, story);
      assert.is(code, 'ROTATION_UNFINISHED', story);
      assert.equal(seen.accepted, [seen.record.pending?.password.reveal()], 'it holds by now');
    }
  },
);

patient.run();
