import { cachingPbkdf2, cachingSha2, nativeHash, scramVerifier } from '../../src/rotate/verifier.ts';
import { Secret } from '../../src/secret.ts';
import { clean } from '../connect/endpoints.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('rotate/verifier that would be malformed');

const makers = { scramVerifier, nativeHash, cachingSha2, cachingPbkdf2 };
const good = new Secret('Zz9-gehEim-7Qx');

/** The error of what must not give a verifier. It holds neither the password nor a cause. */
function refused(make: () => unknown, password: string): void {
  try {
    make();
  } catch (error) {
    const { code, message } = clean(error, ...(password ? [password] : []));
    assert.is(code, 'INTERNAL');
    assert.match(
      message,
      /^(only a password of printable ASCII is hashed here|a verifier came out malformed)/,
    );
    return;
  }
  throw new Error(`${JSON.stringify(password)} gave a verifier`);
}

const strange = [
  '',
  'gehéim-7Qx',
  'gehEim-🔑7Qx',
  'gehEim\t7Qx',
  'gehEim\n',
  'geh\0Eim',
  '\x7fgehEim',
  '\ud800gehEim',
];

for (const [name, make] of Object.entries(makers))
  for (const password of strange)
    test(`${name} hashes no ${password === '' ? 'empty password' : JSON.stringify(password)}`, () =>
      refused(() => make(new Secret(password)), password));

test('scramVerifier: takes no salt of another size than PostgreSQL makes', () => {
  for (const size of [0, 1, 12, 15, 17, 18, 24])
    refused(() => scramVerifier(good, Buffer.alloc(size, 1)), good.reveal());
});

for (const make of [cachingSha2, cachingPbkdf2]) {
  test(`${make.name}: takes no salt that MySQL could not keep`, () => {
    const most = 'a'.repeat(19);
    for (const salt of ['', most, `${most}aa`, `${most}$`, `\0${most}`, `\x80${most}`])
      refused(() => make(good, Buffer.from(salt, 'latin1')), good.reveal());
  });

  test(`${make.name}: takes no rounds that MySQL does not read`, () => {
    for (const thousands of [-5, 0, 4, 5.5, 4096, Number.NaN, Number.POSITIVE_INFINITY])
      refused(() => make(good, undefined, thousands), good.reveal());
  });
}

test('the same calls with what is right give one', () => {
  assert.match(scramVerifier(good, Buffer.alloc(16, 1)), /^SCRAM-SHA-256\$4096:/);
  assert.is(cachingSha2(good, Buffer.from('a'.repeat(20)), 5).length, 70);
  assert.is(cachingPbkdf2(good, Buffer.from('a'.repeat(20)), 5).length, 115);
  assert.match(nativeHash(good), /^\*[0-9A-F]{40}$/);
});

test.run();
