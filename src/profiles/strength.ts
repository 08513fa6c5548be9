import type { Secret } from '../secret.ts';
import type { Profile } from './profile.ts';

/** The shortest password that is not remarked upon, in characters. NIST SP 800-63B-4 asks for 15. */
const enough = 16;

/** What is weak about a password, each as the end of "the password ...". Never quotes a part of it. */
export function weaknesses(password: Secret, profile: Pick<Profile, 'name' | 'target'>): string[] {
  const text = password.reveal();
  const found = [];
  if ([...text].length < enough) found.push(`has fewer than ${enough} characters`);
  const absent = Object.entries(classes).filter(([, pattern]) => !pattern.test(text));
  if (absent.length > 0) found.push(`has no ${absent.map(([name]) => name).join(', no ')}`);
  if (/(.)\1{3}/su.test(text)) found.push('repeats one character four times');
  const { user, database, host } = profile.target;
  const names = {
    'its user': user,
    'its database': database,
    'its host': host,
    "the profile's name": profile.name,
  };
  for (const [what, name] of Object.entries(names)) {
    if (name.length >= 4 && text.toLowerCase().includes(name.toLowerCase())) found.push(`contains ${what}`);
  }
  return found;
}

/** Whether a host's page put it in the place of the password: `[YOUR-PASSWORD]`, `<password>`, `********`. */
export function isPlaceholder(password: Secret): boolean {
  return /^(\[[^\]]*password[^\]]*\]|<[^>]*password[^>]*>|\{[^}]*password[^}]*\}|\*{4,}|•{4,}|your[-_ ]?password)$/i.test(
    password.reveal(),
  );
}

const classes = {
  'lower-case letter': /\p{Ll}/u,
  'upper-case letter': /\p{Lu}/u,
  digit: /\p{Nd}/u,
  symbol: /[^\p{L}\p{Nd}]/u,
};
