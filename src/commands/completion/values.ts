import { urlStyles } from '../../profiles/reserved.ts';
import { providerNames } from '../../providers/index.ts';

/** What can stand in a place of a command line: the name of a profile, a file, a command of the system, one of these words. */
export type Values = 'profile' | 'file' | 'command' | readonly string[];

/** The shells that are served. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

const engines = ['postgresql', 'mysql', 'mariadb'];

/** By the long name of an option. An empty list: free text, for which there is nothing to offer. */
const ofOptions: Readonly<Record<string, Values>> = {
  '--env': 'profile',
  '--confirm': 'profile',
  '--credential': 'profile',
  '--admin': 'profile',
  '--env-file': 'file',
  '--tls-ca': 'file',
  '--tls-cert': 'file',
  '--tls-key': 'file',
  '--provider': providerNames,
  '--type': engines,
  '--engine': engines,
  '--tls': ['disable', 'require', 'verify-ca', 'verify-full'],
  '--url-style': urlStyles,
  '--format': ['dotenv', 'shell', 'json', 'url', 'pgpass', 'my.cnf'],
  '--host': [],
  '--port': [],
  '--database': [],
  '--username': [],
  '--user': [],
  '--tls-because': [],
  '--host-address': [],
  '--expires': [],
  '--expires-days': [],
  '--description': [],
  '--project': [],
  '--as': [],
  '--reason': [],
  '--only': [],
  '--via': [],
  '--within': [],
  '--due': [],
  '--grace': [],
  '--valid-until': [],
  '--last': [],
};

/** By the place in a command's usage. */
const ofPlaces: Readonly<Record<string, Values>> = {
  '<name>': 'profile',
  '[name]': 'profile',
  '[file...]': 'file',
  '[...command]': 'command',
  '<shell>': shells,
};

/** @param flag a long one @returns `undefined` for one that takes no value, or is new here */
export const valuesOfOption = (flag: string): Values | undefined =>
  Object.hasOwn(ofOptions, flag) ? ofOptions[flag] : undefined;

/** @param place of a usage: `[name]` @returns `undefined` for one that is new here */
export const valuesOfPlace = (place: string): Values | undefined =>
  Object.hasOwn(ofPlaces, place) ? ofPlaces[place] : undefined;
