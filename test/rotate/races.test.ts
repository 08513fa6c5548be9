import { raceInOneStore, raceOfTwoStores } from '../faults/races.ts';
import { assert, suite } from '../helpers/suite.ts';
import { use } from '../services/use.ts';

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`two rotations at once, ${engine}`, { needs: [engine] });

  test('of one store: one waits, and both come through', async () => {
    const { evil, ends } = await raceInOneStore(await use(engine), 5);
    assert.equal(evil, []);
    assert.equal(ends, { '0 and 0': 5 });
  });

  test('of two machines: one wins, the other sees it and has lost nothing', async () => {
    const { evil, ends, overlapped } = await raceOfTwoStores(await use(engine), 5);
    assert.equal(evil, []);
    assert.ok(overlapped > 0, JSON.stringify(ends));
  });

  test.run();
}
