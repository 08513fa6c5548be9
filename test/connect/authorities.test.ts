import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { authorities } from '../../src/connect/authorities.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('connect/authorities');

const folder = mkdtempSync(join(tmpdir(), 'authorities-'));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const pem = (name: string): string => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;

test("the system's file, and Node's list not along with it", () => {
  const file = write('bundle.pem', pem('ours'));
  assert.is(authorities(['/not/there', file, write('second.pem', pem('second'))]), pem('ours'));
});

test("Node's own list where the system keeps none, or an empty one", () => {
  assert.equal(authorities([]), [...rootCertificates]);
  assert.equal(authorities(['/not/there', write('empty.pem', '')]), [...rootCertificates]);
});

test('a folder in the place of a file is passed over', () => {
  assert.equal(authorities([folder]), [...rootCertificates]);
});

test.run();
