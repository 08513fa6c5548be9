import type { Context } from '../../context.ts';
import { DbcredsError, shellWord } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import type { Hooks } from '../hooks.ts';
import { DamagedError, inspect, type Sealed, seal, unseal } from './age.ts';
import { type Document, formatDocument, parseDocument } from './document.ts';
import { askNewPassphrase, type Key, noKey, readKeys } from './keys.ts';

/** The file as it was found, open. */
export interface Opened {
  readonly document: Document;
  readonly armored: boolean;
  readonly recipients: Sealed['recipients'];
  readonly by: { readonly passphrase: Secret } | { readonly key: Key };
}

/** Opens and closes one encrypted file. Remembers the passphrase, so that it is asked once. */
export class Opener {
  readonly #path: string;
  readonly #context: Context;
  readonly #hooks: Hooks;
  #passphrase: Secret | undefined;

  constructor(path: string, context: Context, hooks: Hooks) {
    this.#path = path;
    this.#context = context;
    this.#hooks = hooks;
  }

  /** @throws DbcredsError `FILE_KEY`, `FILE_DAMAGED`, or what asking throws */
  async open(data: Buffer): Promise<Opened> {
    try {
      const sealed = await inspect(data);
      const { armored, recipients } = sealed;
      const { text, by } = recipients.includes('scrypt')
        ? await this.#byPassphrase(sealed)
        : await this.#byKey(sealed);
      const document = parseDocument(text);
      if (typeof document === 'string') throw damaged(this.#path, `opens, but ${document}`);
      return { document, armored, recipients, by };
    } catch (error) {
      throw error instanceof DamagedError ? damaged(this.#path, 'is not an age file, or is damaged') : error;
    }
  }

  async #byKey(sealed: Sealed): Promise<{ text: string; by: { key: Key } }> {
    const keys = await readKeys(this.#context);
    if (keys.length === 0)
      throw noKey(
        this.#path,
        'is closed with a key, and neither DBCREDS_AGE_KEY nor DBCREDS_AGE_KEY_FILE is set',
      );
    for (const key of keys) {
      const text = await unseal(sealed, { key: key.secret });
      if (text !== undefined) return { text, by: { key } };
    }
    throw noKey(this.#path, `is for ${sealed.recipients.length} recipient(s), and yours is none of them`);
  }

  async #byPassphrase(sealed: Sealed): Promise<{ text: string; by: { passphrase: Secret } }> {
    let passphrase = this.#passphrase ?? (await this.#ask('Passphrase'));
    for (let left = 2; ; left -= 1) {
      const text = await unseal(sealed, { passphrase });
      if (text !== undefined) {
        this.#passphrase = passphrase;
        return { text, by: { passphrase } };
      }
      if (left === 0) throw noKey(this.#path, 'was not opened by any of the passphrases');
      passphrase = await this.#ask('Not that one. Passphrase');
    }
  }

  async #ask(what: string): Promise<Secret> {
    if (!this.#hooks.terminal)
      throw noKey(this.#path, 'is closed with a passphrase, and there is no terminal to ask for it');
    return this.#hooks.ask(`${what} for ${this.#path}`);
  }

  /** A file that does not exist yet: for the keys in the environment, else for a new passphrase. */
  async create(document: Document): Promise<Opened> {
    const [key, ...others] = await readKeys(this.#context);
    if (key) {
      const recipients = [key, ...others].map((one) => one.recipient);
      return { document: { ...document, recipients }, armored: true, recipients: [], by: { key } };
    }
    this.#passphrase ??= await askNewPassphrase(this.#path, this.#hooks);
    return { document, armored: true, recipients: [], by: { passphrase: this.#passphrase } };
  }

  /**
   * The bytes of a changed document, for everybody that the file was for.
   *
   * @throws DbcredsError `FILE_KEY` where that would lock somebody out
   */
  async close(opened: Opened, document: Document): Promise<Buffer> {
    if ('passphrase' in opened.by) return seal(formatDocument(document), opened.by, opened.armored);
    const recipients = this.#recipientsOf(opened, opened.by.key);
    try {
      return await seal(formatDocument({ ...document, recipients }), { recipients }, opened.armored);
    } catch {
      throw damaged(this.#path, 'has something in its "recipients" that is not age1...');
    }
  }

  #recipientsOf({ document, recipients }: Opened, key: Key): readonly string[] {
    const listed = document.recipients ?? [key.recipient];
    if (listed.length < recipients.length) throw wouldLockOut(this.#path, listed.length, recipients.length);
    if (listed.includes(key.recipient)) return listed;
    throw noKey(this.#path, 'does not list your own recipient: once written, it would not open for you');
  }
}

function wouldLockOut(path: string, listed: number, found: number): DbcredsError {
  return new DbcredsError('FILE_KEY', {
    message: `${path} is for ${found} recipients, and names ${listed} of them inside: a change would lock the others out`,
    note: 'An age file does not tell for whom it is, so the list "recipients" inside has to.',
    hints: [
      [
        'name them all (recipients.txt has a line for each):',
        `age -d -i key.txt ${shellWord(path)} | jq '.recipients = ($list | split("\\n") | map(select(. != "")))' --rawfile list recipients.txt | age -a -R recipients.txt -o new.age`,
      ],
    ],
  });
}

function damaged(path: string, why: string): DbcredsError {
  return new DbcredsError('FILE_DAMAGED', {
    message: `${path} ${why}`,
    hints: [['what age says to it:', `age -d -i key.txt ${shellWord(path)} > /dev/null`]],
  });
}
