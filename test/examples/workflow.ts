import { at, mapOf, parseYaml, type Yaml } from '../helpers/yaml.ts';

/** A step of a GitHub Actions workflow, as far as a step can be tried here. */
export interface WorkflowStep {
  readonly name: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where it runs, from the top of the checkout. */
  readonly folder?: string;
  readonly with: Readonly<Record<string, string>>;
}

/** The steps of a workflow with one job. */
export function workflowSteps(yaml: string): WorkflowStep[] {
  const [job, ...others] = Object.values(mapOf(at(parseYaml(yaml), 'jobs')));
  if (!job || others.length > 0) throw new Error('not one job');
  return stepsOf(job);
}

/** The steps of a job, or of a composite action's `runs`. @throws for a key that nobody heeds here */
export function stepsOf(job: Yaml): WorkflowStep[] {
  return Object.values(at(job, 'steps')).map((step) => {
    const { name, uses, run, env, with: given, 'working-directory': folder, ...rest } = mapOf(step);
    const known = ['if', 'shell', 'id'];
    const unknown = Object.keys(rest).find((key) => !known.includes(key));
    if (unknown) throw new Error(`a step with ${unknown}`);
    return {
      name: String(name ?? uses ?? run ?? ''),
      env: mapOf(env) as Record<string, string>,
      with: mapOf(given) as Record<string, string>,
      ...(uses !== undefined && { uses: String(uses) }),
      ...(run !== undefined && { run: String(run) }),
      ...(folder !== undefined && { folder: String(folder) }),
    };
  });
}

/** Fills in `${{ ... }}`. @throws for one that has no value here */
export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the workflow asks for ${name}, which has no value here`);
    return value;
  });
}
