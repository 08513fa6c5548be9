import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { blocksOf } from '../helpers/document.ts';
import { assert, suite } from '../helpers/suite.ts';
import { told, wrong } from '../helpers/told.ts';
import { project } from '../services/cache.ts';

const test = suite('pages');

const inFolder = (folder: string, name?: string): string[] =>
  readdirSync(join(project, folder))
    .map((one) => join(project, folder, one, name ?? ''))
    .filter((path) => path.replace(/\/$/, '').endsWith('.md') && existsSync(path))
    .map((path) => path.replace(/\/$/, ''));

const pages: ReadonlyMap<string, string> = new Map(
  [...inFolder('.'), ...inFolder('docs'), ...inFolder('examples', 'README.md')].map((path) => [
    relative(project, path),
    readFileSync(path, 'utf8'),
  ]),
);

/** As GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('every relative link leads somewhere, to its heading too', () => {
  const bad: string[] = [];
  let count = 0;
  for (const [page, text] of pages)
    for (const [, link = ''] of text.matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)) {
      count += 1;
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? join(project, page) : join(project, dirname(page), path);
      if (!existsSync(file)) bad.push(`${page}: ${link}`);
      else if (anchor !== undefined && statSync(file).isFile()) {
        if (!anchorsOf(readFileSync(file, 'utf8')).includes(anchor)) bad.push(`${page}: ${link}`);
      }
    }
  assert.ok(count > 60, String(count));
  assert.equal(bad, []);
});

/** What stands in code: each line of a shell's blocks, without its comment, and what is in backticks. */
function codeOf(text: string): string[] {
  const blocks = blocksOf(text).filter(({ lang }) => /^(sh|console|yaml|ini|dockerfile|)$/.test(lang));
  const lines = blocks.flatMap(({ lang, lines }) =>
    lang === 'console' ? lines.filter((line) => line.startsWith('$ ')) : lines,
  );
  const spans = text.replace(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g);
  return [...lines.map((line) => line.replace(/(^|\s)#.*/, '')), ...[...spans].map(([, span = '']) => span)];
}

test('every command that a page tells to type exists, with its options', () => {
  const bad: string[] = [];
  let count = 0;
  for (const [page, text] of pages)
    for (const words of codeOf(text).flatMap((code) =>
      told(code.replace(/\b(npm:|-A |install .*)dbcreds\b/, '')),
    )) {
      count += 1;
      const fault = wrong(words);
      if (fault !== undefined) bad.push(`${page}: dbcreds ${words.join(' ')}: ${fault}`);
    }
  assert.ok(count > 150, String(count));
  assert.equal(bad, []);
});

test('the list of pages is whole', () => {
  const list = pages.get('docs/README.md') ?? '';
  const listed = [...list.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, link]) => `docs/${link}`);
  const there = [...pages.keys()].filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  assert.equal(listed.sort(), there.sort());
});

test.run();
