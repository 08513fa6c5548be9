import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newPlace, type Place } from '../helpers/place.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('notices of bundled packages');

type Metafile = { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> };
const { noticesOf }: { noticesOf: (files: Metafile[]) => string } = await import(
  pathToFileURL(join(project, 'scripts/notices.mjs')).href
);

/** A bundle with code of one package, which has these files. */
function bundleOf(place: Place, pack: object, files: Record<string, string>, bytes = 1): Metafile[] {
  const folder = 'node_modules/@a/b';
  place.write(`${folder}/package.json`, { name: '@a/b', version: '1.2.3', ...pack });
  for (const [name, text] of Object.entries(files)) place.write(`${folder}/${name}`, text);
  const inputs = { [join(place.cwd, folder, 'lib/x.js')]: { bytesInOutput: bytes } };
  return [{ outputs: { 'x.cjs': { inputs } } }];
}

const text = 'Copyright (c) 2026 somebody\n\nPermission is granted';

test('name, version, licence and its text; the notice that Apache-2.0 wants passed on', () => {
  const files = { 'LICENSE.md': text, NOTICE: 'Portions by another', 'lib/LICENSE': 'not this' };
  const notices = noticesOf(bundleOf(newPlace(), { license: 'Apache-2.0' }, files));
  assert.match(notices, '\n  @a/b 1.2.3 (Apache-2.0)\n');
  assert.ok(notices.includes(text) && notices.includes('Portions by another'));
});

test('a text that stands in the README', () => {
  const files = { 'README.md': `# b\n\nwords\n\n## License\n\n${text}\n\n## More\n\nnot this\n` };
  const notices = noticesOf(bundleOf(newPlace(), { license: 'MIT' }, files));
  assert.ok(notices.includes(text) && !notices.includes('not this') && !notices.includes('words'));
});

test('other licences, and those without a text, fail the build; but not where no code is taken', () => {
  const refused = (pack: object, files: Record<string, string>): void => {
    assert.throws(() => noticesOf(bundleOf(newPlace(), pack, files)), /cannot be shipped: @a\/b 1\.2\.3/);
    assert.match(noticesOf(bundleOf(newPlace(), pack, files, 0)), /these packages:\n/);
  };
  for (const license of ['GPL-3.0', 'UNLICENSED', '(MIT OR GPL-2.0)', undefined])
    refused({ license }, { LICENSE: text });
  refused({ license: 'MIT' }, {});
  refused({ license: 'MIT' }, { 'README.md': '# b\n\n## License\n\nMIT' });
});

test('what is shipped has those of every package that is bundled', () => {
  const shipped = readFileSync(join(project, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')).packages;
  for (const name of ['pg', 'pg-types', 'mysql2', 'execa', 'ora', 'dotenv', 'age-encryption', 'valibot']) {
    const { version, license } = lock[`node_modules/${name}`];
    assert.match(shipped, `\n  ${name} ${version} (${license})\n`);
    assert.match(shipped, `\n${'='.repeat(80)}\n${name} ${version}\n`);
  }
  const listed = shipped.match(/^ {2}\S+ \S+ \(\S+\)$/gm) ?? [];
  assert.is(shipped.match(/^={80}$/gm)?.length, listed.length);
  assert.ok((shipped.match(/copyright/gi)?.length ?? 0) >= listed.length);
});

test.run();
