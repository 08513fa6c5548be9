// What stands in the bundles and is not ours, with the notices that its licences want to be passed on.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Licences that let code be passed on inside another program in return for their notice (none, for 0BSD). A licence that asks
 * for more, of us or of who passes dbcreds on, fails the build.
 */
const allowed = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
]);

/**
 * The text of dist/THIRD-PARTY-NOTICES.txt.
 *
 * @param {readonly import('esbuild').Metafile[]} metafiles of all that is shipped
 * @throws {Error} for a package whose licence is not allowed, or that brings no text of it
 */
export function noticesOf(metafiles) {
  const packages = [...new Set(metafiles.flatMap(shipped))].map(describe).sort(byName);
  const bad = packages.filter(({ licence, texts }) => !allowed.has(licence) || texts.length === 0);
  if (bad.length > 0)
    throw new Error(
      `cannot be shipped: ${bad.map(({ title, licence }) => `${title} (${licence})`).join(', ')}`,
    );
  const head = 'dbcreds is under the licence in LICENSE. Its files in dist/ contain code of these packages:';
  const list = packages.map(({ title, licence }) => `  ${title} (${licence})`).join('\n');
  const parts = packages.map(({ title, texts }) => [`${'='.repeat(80)}\n${title}\n`, ...texts].join('\n'));
  return `${[head, list, ...parts].join('\n\n')}\n`;
}

/** The folders of the packages that code was taken from. */
function shipped({ outputs }) {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && file.includes('node_modules/'))
      .map(([file]) => resolve(/^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)[0])),
  );
}

function describe(folder) {
  const read = (file) => readFileSync(resolve(folder, file), 'utf8').replaceAll('\r\n', '\n');
  const { name, version, license } = JSON.parse(read('package.json'));
  const files = readdirSync(folder).sort();
  const texts = files.filter((file) => /^(licen[cs]e|copying|notice)([-.]|$)/i.test(file)).map(read);
  // pg-types and pgpass have it in their README.
  if (texts.length === 0)
    texts.push(...files.filter((file) => /^readme/i.test(file)).flatMap(licenceIn(read)));
  return {
    title: `${name} ${version}`,
    licence: license ?? 'unknown',
    texts: texts.map((text) => text.trim()),
  };
}

/** The section of a README that quotes the licence, if it does. */
const licenceIn = (read) => (file) => {
  const text = read(file)
    .split(/^#+ licen[cs]e$/im)[1]
    ?.split(/^#/m)[0];
  return text && /copyright/i.test(text) ? [text] : [];
};

const byName = (a, b) => (a.title < b.title ? -1 : 1);
