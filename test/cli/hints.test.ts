import { join } from 'node:path';
import { commands } from '../../src/commands/table.ts';
import { readTree, withoutComments } from '../helpers/source.ts';
import { assert, suite } from '../helpers/suite.ts';
import { told, wrong } from '../helpers/told.ts';
import { project } from '../services/cache.ts';

const test = suite('cli: hints');

// Sentences in which the program's name is followed by a word, not by a command.
const prose = /\bdbcreds (cannot|holds|failed|only|sets|is|itself|test CA|seal|did|that|reads|run inside)\b/g;

const source = readTree(join(project, 'src'));
const all = [...source].flatMap(([file, text]) =>
  told(withoutComments(text).replaceAll(prose, 'it $1')).map((words) => ({ file, words })),
);

test('there is something to look at', () => {
  assert.ok(all.length > 40, String(all.length));
  const names = new Set(all.map(({ words }) => words[0]));
  for (const name of ['add', 'run', 'trust', 'list', 'show', 'test', 'check', 'remove'])
    assert.ok(names.has(name));
});

test('each command that a message tells to type exists, with its options', () => {
  const bad = all.flatMap(({ file, words }) => {
    const fault = wrong(words);
    return fault === undefined ? [] : [`${file}: dbcreds ${words.join(' ')}: ${fault}`];
  });
  assert.equal(bad, []);
});

test('the search finds what does not exist', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a source file
  const text = "hints: [['x:', `dbcreds rotates ${name}`], ['y:', `dbcreds add ${a.b({})} --tls-cx FILE`]]";
  assert.equal(told(text).map(wrong), ['there is no command rotates', '--tls-cx']);
  assert.equal(told("'dbcreds run --env prod -- node --inspect'").map(wrong), [undefined]);
});

test('the examples of the help are right', () => {
  for (const { examples } of commands) {
    assert.ok(examples.length > 0);
    for (const example of examples) {
      const [words = []] = told(example);
      assert.ok(words.length > 0, example);
      assert.is(wrong(words), undefined, example);
    }
  }
});

test.run();
