import { armor, Decrypter, Encrypter, type Identity, identityToRecipient, type Stanza } from 'age-encryption';
import type { Secret } from '../../secret.ts';

/** An encrypted file, its armor taken off. */
export interface Sealed {
  readonly bytes: Uint8Array;
  readonly armored: boolean;
  /** For whom its key is wrapped: `scrypt` (a passphrase, then alone), or a type such as `X25519` for each recipient. */
  readonly recipients: readonly string[];
}

/** What a file is closed with. */
export type Closing = { readonly passphrase: Secret } | { readonly recipients: readonly string[] };

/** What a file opens with: an `AGE-SECRET-KEY-1...`, or a passphrase. */
export type Opening = { readonly passphrase: Secret } | { readonly key: Secret };

/** None of the library's errors may leave this file: the one for a mistyped key quotes it. */
export class DamagedError extends Error {}

/**
 * scrypt's cost as a power of two: age's own default. One guess takes 1.7 s here, and so does each opening; but the file is
 * what somebody who copied it can guess at for years, and who opens it often uses a key, which costs nothing.
 */
const workFactor = 18;

const begin = '-----BEGIN AGE ENCRYPTED FILE-----';

/** Takes the header apart. @throws DamagedError where this is no age file */
export async function inspect(data: Buffer): Promise<Sealed> {
  const armored = data.subarray(0, 100).toString('latin1').trimStart().startsWith(begin);
  const bytes = armored ? unarmor(data) : new Uint8Array(data);
  const seen: { types?: string[] } = {};
  await decrypt(bytes, (decrypter) =>
    decrypter.addIdentity({
      unwrapFileKey: (stanzas: Stanza[]) => {
        seen.types = stanzas.map((stanza) => stanza.args[0] ?? '');
        return null;
      },
    }),
  );
  if (!seen.types) throw new DamagedError();
  // rage adds a stanza of a made-up type, so that readers learn to skip what they do not know.
  return { bytes, armored, recipients: seen.types.filter((type) => !type.endsWith('-grease')) };
}

function unarmor(data: Buffer): Uint8Array {
  try {
    return armor.decode(data.toString('latin1'));
  } catch {
    throw new DamagedError();
  }
}

/** The content. `undefined`: the key or passphrase is not one of this file's. @throws DamagedError */
export function unseal(sealed: Sealed, opening: Opening): Promise<string | undefined> {
  return decrypt(sealed.bytes, (decrypter) => {
    if ('passphrase' in opening) decrypter.addPassphrase(opening.passphrase.reveal());
    else decrypter.addIdentity(opening.key.reveal());
  });
}

async function decrypt(bytes: Uint8Array, add: (decrypter: Decrypter) => void): Promise<string | undefined> {
  const decrypter = new Decrypter();
  add(decrypter);
  // Asked last, when no other identity could: so a wrong key is told from a damaged file without reading messages.
  const nobody = { asked: false };
  const last: Identity = {
    unwrapFileKey: () => {
      nobody.asked = true;
      return null;
    },
  };
  decrypter.addIdentity(last);
  try {
    return new TextDecoder().decode(await allOf(await decrypter.decrypt(streamOf(bytes))));
  } catch {
    if (nobody.asked) return undefined;
    throw new DamagedError();
  }
}

/** Encrypts for recipients or a passphrase. */
export async function seal(text: string, closing: Closing, armored: boolean): Promise<Buffer> {
  const encrypter = new Encrypter();
  if ('passphrase' in closing) {
    encrypter.setScryptWorkFactor(workFactor);
    encrypter.setPassphrase(closing.passphrase.reveal());
  } else {
    for (const recipient of closing.recipients) encrypter.addRecipient(recipient);
  }
  const bytes = await allOf(await encrypter.encrypt(streamOf(Buffer.from(text))));
  return armored ? Buffer.from(armor.encode(bytes)) : bytes;
}

/**
 * The library is given streams, and gives streams back: what it is given as bytes it reads by `Response`, for which Node loads all of
 * its HTTP client. That was a quarter of a run.
 */
const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });

async function allOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The `age1...` of a key. `undefined`: it is none, or was mistyped (keys have a checksum). */
export async function recipientOf(key: Secret): Promise<string | undefined> {
  try {
    return await identityToRecipient(key.reveal());
  } catch {
    return undefined;
  }
}
