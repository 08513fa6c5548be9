// The action at the top of the repository, step by step as a runner does it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expand, stepsOf, type WorkflowStep } from '../examples/workflow.ts';
import { program, type Result } from '../helpers/program.ts';
import type { Shop } from '../helpers/shop.ts';
import { assert } from '../helpers/suite.ts';
import { at, mapOf, parseYaml, type Yaml } from '../helpers/yaml.ts';
import { project } from '../services/cache.ts';
import { openRegistry } from './registry.ts';

export const action: Yaml = parseYaml(readFileSync(join(project, 'action.yml'), 'utf8'));
export const inputs: Readonly<Record<string, Yaml>> = mapOf(at(action, 'inputs'));

/** The installation, and the run. */
export const steps: readonly WorkflowStep[] = stepsOf(at(action, 'runs'));

export type Inputs = Readonly<Record<string, string>>;

/** As the runner does: inputs and their defaults filled in, the step's variables, `bash -e`. */
export function act(
  shop: Shop,
  step: WorkflowStep | undefined,
  given: Inputs,
  extra: Inputs = {},
): Promise<Result> {
  const values: Record<string, string> = { 'runner.temp': shop.place.tmp };
  for (const [name, spec] of Object.entries(inputs)) {
    const value = given[name] ?? mapOf(spec).default;
    if (value !== undefined) values[`inputs.${name}`] = String(value);
  }
  const env = Object.fromEntries(
    Object.entries(step?.env ?? {}).map(([name, value]) => [name, expand(value, values)]),
  );
  const cwd = join(shop.place.cwd, expand(step?.folder ?? '.', values));
  const flags = ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c'];
  const { PATH = '' } = shop.place.env;
  return program('bash', [...flags, step?.run ?? ''], {
    place: shop.place,
    cwd,
    env: { PATH: `${shop.server.clients}:${PATH}`, ...extra, ...env },
  });
}

/** Does the first step, with a registry that has this very package. */
export async function install(shop: Shop): Promise<void> {
  const npm = { npm_config_registry: await openRegistry(), npm_config_update_notifier: 'false' };
  const { code, output } = await act(shop, steps[0], {}, npm);
  assert.is(code, 0, output);
}

/** What the reader prints at home. */
export async function sealOf({ place, env }: Shop): Promise<string> {
  return (await program('dbcreds', ['trust', 'prod', '--print'], { place, env })).stdout.trim();
}
