import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { act, inputs, install, sealOf, steps } from '../ci/action.ts';
import { secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { mapOf } from '../helpers/yaml.ts';
import { followReadme, openExample } from './example.ts';
import { expand, workflowSteps } from './workflow.ts';

const test = suite('example: the action for GitHub', { needs: ['postgresql'] });

test('the workflow migrates production', async () => {
  const shop = await openExample('github-action');
  const values = {
    'secrets.PROD_URL': secretUrl(shop, 'prod'),
    'vars.DBCREDS_PROD_SEAL': await sealOf(shop),
    'github.sha': 'c0ffee',
  };
  const workflow = workflowSteps(readFileSync(join(shop.place.cwd, 'workflow.yml'), 'utf8'));
  const [, ours] = workflow;
  assert.is(workflow.length, 2);
  assert.match(ours?.uses ?? '', /^OWNER\/dbcreds@v\d+\.\d+\.\d+$/);
  const given = Object.entries(ours?.with ?? {}).map(
    ([name, value]) => [name, expand(value, values)] as const,
  );
  for (const [name] of given) assert.ok(name in inputs, name);
  for (const [name, input] of Object.entries(inputs))
    if (mapOf(input).required === 'true')
      assert.ok(
        given.some(([one]) => one === name),
        name,
      );

  await install(shop);
  const { code, output } = await act(shop, steps[1], Object.fromEntries(given));
  assert.is(code, 0, output);
  assert.match(output, new RegExp(`^CREATE TABLE\\n${shop.logins.prod?.user}$`, 'm'));
});

test('its README holds', async () => {
  await followReadme('github-action', await openExample('github-action'), { env: {}, terminal: false });
});

test.run();
