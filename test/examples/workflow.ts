/** A step of a GitHub Actions workflow, as far as a step can be tried here. */
export interface WorkflowStep {
  readonly name: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Reads the steps of a workflow with one job. Knows the YAML that the example needs: keys, quoted or plain values, `|`.
 *
 * @throws for a line of the steps that it does not understand
 */
export function workflowSteps(yaml: string): WorkflowStep[] {
  const lines = yaml.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const from = lines.findIndex((line) => line.trim() === 'steps:') + 1;
  const items: string[][] = [];
  for (const line of lines.slice(from)) {
    if (line.startsWith('      - ')) items.push([`        ${line.slice(8)}`]);
    else items.at(-1)?.push(line);
  }
  return items.map(readStep);
}

function readStep(lines: readonly string[]): WorkflowStep {
  const keys: Record<string, string> = {};
  const maps: Record<string, Record<string, string>> = { env: {}, with: {} };
  let [map, block]: (string | undefined)[] = [];
  for (const line of lines) {
    const [, indent = '', key = '', value = ''] = /^( *)([\w-]+): ?(.*)$/.exec(line) ?? [];
    if (indent.length === 8) {
      [map, block] = value === '' ? [key] : value === '|' ? [undefined, key] : [];
      keys[key] = value === '|' ? '' : value;
    } else if (block && line.startsWith('          ')) keys[block] += `${line.slice(10)}\n`;
    else if (map && maps[map] && indent.length === 10) (maps[map] as Record<string, string>)[key] = value;
    else throw new Error(`not understood in the workflow: ${line}`);
  }
  const { name = keys.uses ?? keys.run ?? '', uses, run } = keys;
  return { name, env: maps.env ?? {}, ...(uses ? { uses } : {}), ...(run ? { run } : {}) };
}

/** Fills in `${{ ... }}`. @throws for one that has no value here */
export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{ *([\w.]+) *\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the workflow asks for ${name}, which has no value here`);
    return value;
  });
}
