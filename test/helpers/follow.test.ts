import { blocksOf, commandsOf } from './document.ts';
import { isLike } from './likeness.ts';
import { newPlace } from './place.ts';
import { assert, suite } from './suite.ts';
import { runWithoutTerminal, typeOnTerminal } from './typed.ts';

const test = suite('following a document', { needs: ['pty'] });

const markdown = [
  '# Title',
  '```sh',
  '# a comment',
  'one \\',
  '  --more',
  '',
  'cat <<END',
  'text',
  'END',
  'if true; then',
  '  two',
  'fi',
  '```',
  '## Part',
  '```console',
  '$ three',
  'said',
  '',
  'and more',
  '$ four',
  '```',
].join('\n');

test('takes the commands out of its blocks', () => {
  const blocks = blocksOf(markdown);
  assert.equal(
    blocks.map(({ lang, section, line }) => [lang, section, line]),
    [
      ['sh', '', 2],
      ['console', 'Part', 15],
    ],
  );
  const shown = blocks.flatMap(commandsOf);
  assert.equal(
    shown.map(({ text }) => text),
    ['one \\\n  --more', 'cat <<END\ntext\nEND', 'if true; then\n  two\nfi', 'three', 'four'],
  );
  assert.equal(
    shown.map(({ output }) => output),
    [undefined, undefined, undefined, ['said', '', 'and more'], undefined],
  );
  assert.throws(() => blocksOf('```sh\nopen'));
});

const here = 'app_1@localhost:45001/shop_1';
const names = [
  [here, 'shop@db.company.com:5432/shop'],
  ['app_1', 'shop'],
] as const;

const alike: [shown: string, output: string][] = [
  ['set 2026-08-14, 3 days ago', 'set 2026-11-24, less than a minute ago\n'],
  ['file  /home/you/shop/dbcreds.json', 'file   /tmp/p-x/home/work/dbcreds.json'],
  ['target  shop@db.company.com:5432/shop', `target  ${here}`],
  ['PostgreSQL 16.2', 'PostgreSQL 18.4'],
  ['first\n...\nlast', 'first\nx\ny\nlast'],
  ['first\n...', 'first\nx\ny'],
];

const unlike: [shown: string, output: string][] = [
  ['TLS  verify-full', 'TLS  disable'],
  ['user  shop', 'user  other'],
  ['one', 'one\ntwo'],
  ['one\ntwo', 'one'],
  ['target  shop@db.company.com:5432/shop', 'target  shop@db.company.com:5432/other'],
  ['file  /home/you/dbcreds.json', 'file  /home/you/profiles.json'],
  ['first\n...\nlast', 'first\nx\ny'],
];

test('compares what lasts, and nothing else', () => {
  for (const [shown, output] of alike) assert.ok(isLike(shown.split('\n'), output, names), shown);
  for (const [shown, output] of unlike) assert.not.ok(isLike(shown.split('\n'), output, names), shown);
});

const commands = ['export A=1', 'cd /', 'echo "$A $PWD"', 'sh -c "exit 3"', 'read -r B; echo "got $B"'];

test('types into one shell, and answers', async () => {
  const answers = [
    { question: /never asked/, reply: () => 'no' },
    {
      question: /Which (\w+)\? /,
      reply: ([, word]: RegExpExecArray, command: string) => `${word} ${command.length}`,
    },
  ];
  const asked = 'printf \'Which one? \'; read -r B; echo "got $B"';
  const told = await typeOnTerminal([...commands.slice(0, 4), asked], answers, { place: newPlace() });
  assert.equal(
    told.map(({ status }) => status),
    [0, 0, 0, 3, 0],
  );
  assert.is(told[2]?.output, '1 /\n');
  assert.match(told[4]?.output ?? '', `got one ${asked.length}`);
});

test('runs without a terminal, where nobody answers', async () => {
  const told = await runWithoutTerminal(commands, { place: newPlace() });
  assert.is(told[2]?.output, '1 /\n');
  assert.is(told[3]?.status, 3);
  assert.is(told[4]?.output, 'got \n');
});

test('notices a command that ends the shell', async () => {
  await assert.rejects(
    runWithoutTerminal(['exit 0', 'echo'], { place: newPlace() }),
    /never came to the end of exit 0/,
  );
});

test.run();
