import type { Secret } from '../secret.ts';
import type { Provider } from './provider.ts';

/** What a provider may need of the person who runs it. It prints and asks nothing itself. */
export interface Hooks {
  /** Whether somebody can type: a keychain's own prompt is given 60 s then, else 5 s. */
  readonly terminal: boolean;
  /** Called once where a provider keeps one waiting for over 2 s: "waiting for the keychain". */
  waiting(message: string): void;
  /** Called while another thread asks the keychain, which takes some milliseconds: the time for what will be needed next. */
  meanwhile?(): void;
  /** A hidden question on the terminal, for a passphrase. @throws DbcredsError `NO_TERMINAL`, `INTERRUPTED`, `TIMED_OUT` */
  ask(question: string): Promise<Secret>;
  /**
   * Providers that serve more than one profile, once opened: a command that reads many profiles passes one empty map along
   * with each, so that a passphrase is asked once and a locked keychain is not asked again.
   */
  readonly opened?: Map<string, Provider>;
}
