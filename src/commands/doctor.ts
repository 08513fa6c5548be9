import { oneLine } from '../terminal.ts';
import type { Action, Stage } from './command.ts';
import { lookAtClients } from './doctor/clients.ts';
import { lookAtFiles } from './doctor/files.ts';
import { lookAtKeychain } from './doctor/keychain.ts';
import { knownTo } from './doctor/known.ts';
import { lookAtNode } from './doctor/node.ts';
import { lookAtProfiles } from './doctor/profiles.ts';
import type { Level, Remark, Section } from './doctor/remark.ts';
import { lookAtRotations } from './doctor/rotations.ts';
import { lookAround } from './doctor/surroundings.ts';
import { flag } from './options.ts';

/** `dbcreds doctor`: this machine, as a run would find it. Reads no password, and dials nothing. */
export const doctor: Action = async (stage, _, options) => {
  const sections = await examine(stage);
  const count = (level: Level): number =>
    sections.flatMap(({ remarks }) => remarks.filter((one) => one.level === level)).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (flag(options, 'json'))
    stage.terminal.out(
      `${JSON.stringify({ ok: problems === 0, problems, warnings, sections: sections.map(json) }, null, 2)}\n`,
    );
  else stage.terminal.out(`${[...sections.flatMap(lines), summary(problems, warnings)].join('\n')}\n`);
  return problems === 0 ? 0 : 1;
};

async function examine(stage: Stage): Promise<Section[]> {
  const known = knownTo(stage);
  return [
    { name: 'node', remarks: lookAtNode(stage) },
    { name: 'files', remarks: lookAtFiles(stage, known) },
    { name: 'profiles', remarks: lookAtProfiles(stage, known) },
    { name: 'keychain', remarks: await lookAtKeychain(stage, known) },
    { name: 'clients', remarks: await lookAtClients(stage, known) },
    { name: 'surroundings', remarks: lookAround(stage, known) },
    { name: 'rotations', remarks: lookAtRotations(stage, known) },
  ];
}

function lines({ name, remarks }: Section): string[] {
  const rows = remarks.flatMap(({ level, message, hints }) => [
    `  ${level.padEnd(7)}  ${message}`,
    ...hints.map(([what, command]) => `           ${what.replace(/:?$/, ':')} ${command}`),
  ]);
  return [name, ...rows.map(oneLine), ''];
}

function summary(problems: number, warnings: number): string {
  const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  const found =
    problems + warnings === 0
      ? 'all is well'
      : `${plural(problems, 'problem')}, ${plural(warnings, 'warning')}`;
  return `${found}; no password was read, and nothing dialled: dbcreds test NAME does both`;
}

const json = ({ name, remarks }: Section): object => ({
  name,
  remarks: remarks.map(({ level, message, hints }: Remark) => ({
    level,
    message,
    hints: hints.map(([what, command]) => ({ what, command })),
  })),
});
