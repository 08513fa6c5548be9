import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';

/**
 * 32 characters of `A-Z a-z 0-9 - _`, from 24 random bytes: none needs quoting in a URL, JSON, XML or a shell. Drawn again
 * until it starts with a letter (a leading `-` reads as an option) and every class is present (password validators ask
 * for it): about every second one passes, which leaves 190.9 of the 192 bits.
 */
export function generatePassword(): Secret {
  for (;;) {
    const text = randomBytes(24).toString('base64url');
    if (/^[A-Za-z]/.test(text) && [/[a-z]/, /[A-Z]/, /[0-9]/, /[-_]/].every((pattern) => pattern.test(text)))
      return new Secret(text);
  }
}
