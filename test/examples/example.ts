import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, commandsOf } from '../helpers/document.ts';
import { type FollowOptions, follow } from '../helpers/follow.ts';
import { type Documented, openShop, type Shop } from '../helpers/shop.ts';
import { assert } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { use } from '../services/use.ts';

const folderOf = (name: string): string => join(project, 'examples', name);

/** A copy of an example, its profiles pointing at a real server with TLS. */
export async function openExample(name: string): Promise<Shop> {
  const documented = JSON.parse(readFileSync(join(folderOf(name), 'dbcreds.json'), 'utf8')) as Documented;
  const shop = await openShop(documented, await use('postgresql'));
  cpSync(folderOf(name), shop.place.cwd, {
    recursive: true,
    filter: (file) => !/node_modules/.test(file.slice(project.length)),
  });
  shop.place.write('dbcreds.json', shop.file);
  return shop;
}

/** Types every command of the example's README. */
export async function followReadme(name: string, shop: Shop, options: FollowOptions): Promise<void> {
  const blocks = blocksOf(readFileSync(join(folderOf(name), 'README.md'), 'utf8'));
  for (const { lang, line } of blocks)
    assert.match(lang, /^(sh|console)$/, `line ${line}: nobody knows how to try a block of ${lang}`);
  const shown = blocks.flatMap(commandsOf);
  assert.ok(shown.some(({ text }) => text.includes('dbcreds ') || text.includes('npm ')));
  assert.is((await follow(shop, shown, options)).join('\n'), '');
}
