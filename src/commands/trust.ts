import { DbcredsError } from '../errors.ts';
import { sealHash, sealOf } from '../profiles/seal.ts';
import { allowChanged } from '../run/allow.ts';
import { sealedFiles } from '../run/files.ts';
import { judgeOne } from '../run/judge.ts';
import type { Action } from './command.ts';
import { held, sceneOf, selected } from './held.ts';
import { flag } from './options.ts';

/** `dbcreds trust`. */
export const trust: Action = async (stage, args, options) => {
  const selection = selected(stage, args, options);
  const { plain } = selection;
  if (flag(options, 'print')) {
    stage.terminal.out(`${sealHash(sealOf(plain, sealedFiles(plain)))}\n`);
    return 0;
  }
  const one = await held(stage, selection, options);
  const { situation, findings } = judgeOne(sceneOf(stage, plain.name), one);
  const finding = findings.find(({ code }) => code === 'BINDING_CHANGED');
  if (!finding) {
    stage.terminal.say(`dbcreds: ${plain.file} may use the password of ${plain.name}; nothing has changed`);
    return 0;
  }
  if (finding.level !== 'ask')
    throw refused(plain.name, plain.variable, finding.message, stage.terminal.available);
  await allowChanged(stage, one, situation);
  stage.terminal.say(`dbcreds: allowed: ${plain.file} may use the password of ${plain.name}`);
  return 0;
};

function refused(name: string, variable: string, message: string, terminal: boolean): DbcredsError {
  return new DbcredsError(terminal ? 'BINDING_CHANGED' : 'NO_TERMINAL', {
    kind: 'refused',
    message: terminal ? message : `${message}, and there is no terminal to ask on`,
    hints: [[`for a job, set DBCREDS_${variable}_SEAL to:`, `dbcreds trust ${name} --print`]],
  });
}
