import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';
import { use } from '../services/use.ts';
import { stocked } from './kit.ts';

const test = suite('connect: under a shell with job control', { needs: ['postgresql', 'pty'] });

test('psql: a shell stops it by Ctrl-Z and brings it back, its query too, and hears how it ended', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  const shell = new Terminal('bash', ['--norc', '-i'], shop.options({ env: { PS1: 'shell> ' } }));
  await shell.expect('shell> ');
  shell.answer(`${process.execPath} ${cli} connect dev -- -X`);
  const prompt = `${login.database}=> `;
  await shell.expect(prompt);
  for (const line of ["SELECT 'a' || 'b';", "SELECT 'a' || 'b' FROM pg_sleep(2);"]) {
    shell.answer(line);
    if (!line.includes('sleep')) await shell.expect(prompt);
    else await shell.expect('sleep(2);');
    shell.send(keys.suspend);
    await shell.expect('shell> ');
    shell.answer('fg');
    await shell.expect('connect dev');
    if (!line.includes('sleep')) shell.answer('');
    await shell.expect(prompt);
  }
  assert.is(shell.output.match(/\n ab\r/g)?.length, 2);
  shell.answer('\\! kill -9 $PPID');
  await shell.expect('shell> ');
  shell.answer('echo status $?; exit 0');
  await shell.expect('status 137');
  assert.equal(await shell.end(), { code: 0, signal: null });
});

test.run();
