import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { DbcredsError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { sha256Crypt } from './sha256-crypt.ts';

// What a server stores in the place of a password. We compute it, so that the password itself is in no statement and thereby
// in no log, statistics table or binary log of the server. All of it holds for printable ASCII, where PostgreSQL's SASLprep
// changes nothing; what dbcreds generates is a part of that.

/** PostgreSQL's own default. pg turns down what asks for far more of its client. */
const scramIterations = 4096;

/**
 * PostgreSQL's SCRAM-SHA-256 verifier (RFC 5803's form, as `pg_authid.rolpassword` has it).
 *
 * @param salt 16 bytes
 * @throws DbcredsError `INTERNAL` where it would not read as one: the server takes what is malformed for a password, in silence
 */
export function scramVerifier(
  password: Secret,
  salt: Buffer = randomBytes(16),
  iterations: number = scramIterations,
): string {
  const salted = pbkdf2Sync(ascii(password), salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  const verifier = `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
  if (scramForm.test(verifier)) return verifier;
  throw malformed();
}

const scramForm = /^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/;

/**
 * `mysql_native_password`: `*` and SHA1(SHA1(password)) in upper-case hex, 41 characters.
 *
 * @param any for a password that somebody chose, in UTF-8
 * @throws DbcredsError `INTERNAL` for what is not printable ASCII, or empty
 */
export function nativeHash(password: Secret, any = false): string {
  const once = createHash('sha1').update(bytesOf(password, any)).digest();
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`;
}

/**
 * `caching_sha2_password_digest_rounds` of 5000: MySQL's default up to 8.4, 10,000 in 9.7. The hash carries its own, which
 * each server follows, and for 190 random bits the number is of no account.
 */
const cachingThousands = 5;

/**
 * MySQL's `caching_sha2_password`: `$A$005$`, 20 bytes of salt, and the body of a SHA-256-crypt. 70 bytes, to be sent as a hex
 * literal, since the salt holds quotes and control characters.
 *
 * @param salt 20 bytes, as {@link mysqlSalt} makes them
 * @param thousands of rounds, from 5 to 4095
 * @throws DbcredsError `INTERNAL` where the server would not read it as one
 */
export function cachingSha2(
  password: Secret,
  salt: Buffer = mysqlSalt(),
  thousands: number = cachingThousands,
  any = false,
): Buffer {
  const head = cachingHead('A', salt, thousands);
  return Buffer.concat([head, Buffer.from(sha256Crypt(bytesOf(password, any), salt, thousands * 1000))]);
}

/**
 * The same plugin's other form: `$B$005$`, the salt, and PBKDF2 with SHA-512 in base 64, 115 bytes (MySQL's WL#17160; 9.7 has
 * it). For servers whose `caching_sha2_password_storage_format` is `PBKDF2_SHA512`: where that is enforced, an account with the
 * first form can log in and do nothing (error 1820).
 *
 * @param salt 20 bytes, as {@link mysqlSalt} makes them
 * @param thousands of rounds, from 5 to 4095
 * @throws DbcredsError `INTERNAL` where the server would not read it as one
 */
export function cachingPbkdf2(
  password: Secret,
  salt: Buffer = mysqlSalt(),
  thousands: number = cachingThousands,
  any = false,
): Buffer {
  const head = cachingHead('B', salt, thousands);
  const body = pbkdf2Sync(bytesOf(password, any), salt, thousands * 1000, 64, 'sha512');
  return Buffer.concat([head, Buffer.from(body.toString('base64'))]);
}

function cachingHead(form: 'A' | 'B', salt: Buffer, thousands: number): Buffer {
  const rounds = Number.isInteger(thousands) && thousands >= 5 && thousands <= 0xfff;
  if (!rounds || salt.length !== 20 || !salt.every(inSalt)) throw malformed();
  const digits = thousands.toString(16).toUpperCase().padStart(3, '0');
  return Buffer.concat([Buffer.from(`$${form}$${digits}$`), salt]);
}

/** Seven bits, neither NUL nor `$`, as MySQL's `generate_user_salt` makes them: the server keeps it in a column of text. */
function mysqlSalt(): Buffer {
  return Buffer.from(randomBytes(20).map((byte) => (inSalt(byte & 0x7f) ? byte & 0x7f : (byte & 0x7f) + 1)));
}

const inSalt = (byte: number): boolean => byte > 0 && byte < 0x80 && byte !== 0x24;

/**
 * Whether a hash that a server of MySQL's family keeps is one of this password, whoever chose it.
 *
 * @returns `undefined` for a form that is not known here
 */
export function isHashOf(hash: Buffer, password: Secret): boolean | undefined {
  const text = hash.toString('latin1');
  if (/^\*[0-9A-F]{40}$/i.test(text)) return text.toUpperCase() === nativeHash(password, true);
  const [, form, digits = ''] = /^\$([AB])\$([0-9A-F]{3})\$/.exec(text) ?? [];
  if (form === undefined) return undefined;
  const [salt, thousands] = [hash.subarray(7, 27), Number.parseInt(digits, 16)];
  const make = form === 'A' ? cachingSha2 : cachingPbkdf2;
  return make(password, salt, thousands, true).equals(hash);
}

/** @param any a password that somebody chose, of which only its bytes matter */
function bytesOf(password: Secret, any: boolean): Buffer {
  return any ? Buffer.from(password.reveal()) : ascii(password);
}

function ascii(password: Secret): Buffer {
  const bytes = Buffer.from(password.reveal());
  if (bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)) return bytes;
  throw new DbcredsError('INTERNAL', { message: 'only a password of printable ASCII is hashed here' });
}

const malformed = (): DbcredsError =>
  new DbcredsError('INTERNAL', { message: 'a verifier came out malformed, and was not sent' });
