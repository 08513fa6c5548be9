import { createHash, createHmac } from 'node:crypto';
import { sha256Crypt } from '../../src/rotate/sha256-crypt.ts';
import { cachingSha2, nativeHash, scramVerifier } from '../../src/rotate/verifier.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('rotate/verifier');

/** The exchange of RFC 7677, section 3. */
const example = {
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  message: [
    'n=user,r=rOprNGfwEbeRWgbNEkqO',
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  ].join(','),
  proof: Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64'),
  serverSignature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};

test('SCRAM: a server that holds ours for "pencil" plays its part of RFC 7677', () => {
  const verifier = scramVerifier(new Secret('pencil'), example.salt);
  const [, stored = '', server = ''] = /^SCRAM-SHA-256\$4096:[^$]+\$(.+):(.+)$/.exec(verifier) ?? [];
  const sign = (key: string): Buffer =>
    createHmac('sha256', Buffer.from(key, 'base64')).update(example.message).digest();
  assert.is(sign(server).toString('base64'), example.serverSignature);
  const signature = sign(stored);
  const clientKey = example.proof.map((byte, index) => byte ^ signature.readUInt8(index));
  assert.is(createHash('sha256').update(clientKey).digest('base64'), stored);
});

test('mysql_native_password: the vector of hashcat, mode 300', () => {
  assert.is(nativeHash(new Secret('hashcat')), '*FCF7C1B8749CF99D88E5F34271D636178FB5D130');
});

const crypts: readonly [password: string, salt: string, rounds: number, body: string][] = [
  ['Hello world!', 'saltstring', 5000, '5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  ['Hello world!', 'saltstringsaltst', 10_000, '3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA'],
  ['This is just a test', 'toolongsaltstrin', 5000, 'Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGRcvxa5'],
  [
    'a very much longer text to encrypt.  This one even stretches over morethan one line.',
    'anotherlongsalts',
    1400,
    'Rx.j8H.h8HjEDGomFU8bDkXm3XIUnzyxf12oP84Bnq1',
  ],
  [
    'we have a short salt string but not a short password',
    'short',
    77_777,
    'JiO1O3ZpDAxGJeaDIuqCoEFysAe1mZNJRs3pw0KQRd/',
  ],
];

for (const [password, salt, rounds, body] of crypts)
  test(`SHA-256-crypt: the specification's vector with salt "${salt}" and ${rounds} rounds`, () => {
    assert.is(sha256Crypt(Buffer.from(password), Buffer.from(salt), rounds), body);
  });

// Its salt has eight bits and is none that a server would make, so that only the digest below can be asked.
test('caching_sha2_password: the vector of hashcat, mode 7401', () => {
  const salt = Buffer.from('F9CC98CE08892924F50A213B6BC571A2C11778C5', 'hex');
  const body = '625479393559393965414D45316477456B484F41316E64484742577A2E3162785353526B7554584647562F';
  assert.is(sha256Crypt(Buffer.from('hashcat'), salt, 5000), Buffer.from(body, 'hex').toString());
});

test('caching_sha2_password: 70 bytes, with rounds as three hex digits, the salt, and the digest', () => {
  const salt = Buffer.from('\x01\'"\\\x7f\n\r;abcdefghijklm\x25'.slice(0, 20), 'latin1');
  const [password, text] = [new Secret('Zz9'), Buffer.from('Zz9')];
  for (const [thousands, head] of [
    [5, '$A$005$'],
    [10, '$A$00A$'],
    [31, '$A$01F$'],
  ] as const) {
    const hash = cachingSha2(password, salt, thousands);
    assert.is(hash.length, 70);
    assert.is(hash.subarray(0, 7).toString(), head);
    assert.equal(hash.subarray(7, 27), salt);
    assert.is(hash.subarray(27).toString(), sha256Crypt(text, salt, thousands * 1000));
  }
});

test('salts are new each time, and caching_sha2_password has only bytes that MySQL keeps', () => {
  const password = new Secret('Zz9-0123456789');
  const scram = Array.from({ length: 50 }, () => scramVerifier(password).slice(0, 44));
  assert.is(new Set(scram).size, 50);
  const salts = Array.from({ length: 50 }, () => cachingSha2(password).subarray(7, 27));
  assert.is(new Set(salts.map((salt) => salt.toString('hex'))).size, 50);
  assert.equal(
    salts.flatMap((salt) => [...salt]).filter((byte) => byte === 0 || byte === 0x24 || byte > 0x7f),
    [],
  );
});

test.run();
