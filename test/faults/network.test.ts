import { must } from '../commands/kit.ts';
import { type Step, TcpProxy } from '../helpers/proxy.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Rotating } from '../rotate/rotating.ts';
import { use } from '../services/use.ts';
import { randomFrom } from './random.ts';

/** What a person types next, in turn. */
const ordinary = [
  ['run', '-e', 'dev', '--', 'true'],
  ['test', 'dev'],
  ['rotate', 'dev', '--sole-holder', '--finish'],
];

/** How many of the places where a connection can be cut are tried; all of them with `DBCREDS_TEST_CUTS=all`. */
const sample = 9;

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`a rotation whose connection is cut, ${engine}`, { needs: [engine] });

  test('behind any message in any direction: one ordinary command ends well', async () => {
    const server = await use(engine);
    let proxy = await TcpProxy.open({ to: server });
    const rotating = await Rotating.open(server, { by: proxy.server });
    must(await rotating.rotate());
    const places = placesOf(proxy);
    assert.ok(places.length > 20, `${places.length} places`);
    const random = randomFrom(20_261_124);
    const all = process.env.DBCREDS_TEST_CUTS === 'all';
    const chosen = all ? places : places.filter(() => random() < sample / places.length);
    let hit = 0;
    for (const [index, place] of chosen.entries()) {
      const { port } = proxy;
      await proxy.close();
      proxy = await TcpProxy.open({ to: server, port, plan: [{ ...place, act: 'reset' }] });
      const old = await rotating.current();
      const first = await rotating.rotate();
      hit += proxy.fired.length;
      const story = `${JSON.stringify(place)}\n${first.output}`;
      const next = await rotating.shop.dbcreds(ordinary[index % ordinary.length] ?? []);
      assert.is(next.code, 0, `${story}\n${next.output}`);
      const { current, pending, previous, rotationId } = await rotating.record();
      assert.equal(
        [pending, previous, rotationId],
        [undefined, undefined, undefined],
        `${story}\n${next.output}`,
      );
      const now = current.password.reveal();
      assert.ok(await rotating.takes(now), story);
      if (now !== old) assert.not.ok(await rotating.takes(old), story);
    }
    assert.ok(hit >= chosen.length / 2, `${hit} of ${chosen.length} were cut`);
  });

  test('by somebody with another certificate in the middle: nothing is told, nothing lost', async () => {
    const [server, { otherName }] = await Promise.all([use(engine), use('certificates')]);
    const good = await TcpProxy.open({ to: server });
    const rotating = await Rotating.open(server, { by: good.server });
    const { port } = good;
    await good.close();
    const evil = await TcpProxy.open({ to: server, port, tls: otherName });
    const refused = await rotating.rotate();
    assert.is(refused.code, 125);
    assert.match(refused.stderr, 'CERT_NAME');
    assert.equal(
      evil.seen.flatMap(({ statements }) => statements),
      [],
    );
    assert.equal((await rotating.record()).pending, undefined);
    await evil.close();
    await TcpProxy.open({ to: server, port });
    await rotating.succeeds();
  });

  test.run();
}

/** Every message of an undisturbed rotation. */
function placesOf({ seen }: TcpProxy): Omit<Step, 'act'>[] {
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  return seen.flatMap(({ toServer, toClient }, index) => [
    ...range(toServer).map((unit) => ({ connection: index + 1, direction: 'toServer' as const, unit })),
    ...range(toClient).map((unit) => ({ connection: index + 1, direction: 'toClient' as const, unit })),
  ]);
}
