// A program of its own, see verify.ts: it reads one entry and answers with a proof of its text. Status 1: there is none, or
// the keychain refused.
import { readFileSync, writeSync } from 'node:fs';
import { loadBinary, openEntry } from './binary.ts';
import { answerTo, type Question } from './verify.ts';

const question = JSON.parse(readFileSync(0, 'utf8')) as Question;

openEntry(loadBinary(), question.account)
  .getPassword()
  .then(
    (text) => {
      if (text === null) process.exitCode = 1;
      else writeSync(1, answerTo(question, text));
    },
    () => {
      process.exitCode = 1;
    },
  );
