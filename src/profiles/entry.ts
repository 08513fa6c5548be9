import type { TlsMode, UrlStyle } from './profile.ts';

type Maybe<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** One entry of `profiles`, as written: every key optional, nothing normalised. `schema.ts` checks it. */
export type Entry = Maybe<{
  description: string;
  url: string;
  engine: 'postgresql' | 'postgres' | 'mysql' | 'mariadb';
  host: string;
  port: number;
  database: string;
  user: string;
  hostAddress: string;
  production: boolean;
  tls: Maybe<{
    mode: TlsMode;
    ca: string;
    cert: string;
    key: string;
    because: string;
    nodeExtraCa: boolean;
  }>;
  expires: string;
  warn: string;
  onExpired: 'refuse' | 'warn';
  provider: 'keychain' | 'file' | 'env' | 'dotenv';
  file: Maybe<{ path: string }>;
  urlStyle: UrlStyle;
  params: Readonly<Record<string, string | number | boolean>>;
  inject: Readonly<Record<string, string>>;
  credential: string;
  serverUser: string;
  readOnly: string;
  access: 'read-only' | 'read-write' | 'owner';
  reason: 'always' | 'no-terminal';
  log: 'required';
  confirmFor: string;
  nested: boolean;
  soleHolder: boolean;
  rotation: Maybe<{ host: string; admin: string; roles: string[]; grace: string; push: string[][] }>;
  incident: Maybe<{ contact: string }>;
}>;

/** A `profiles.json` but for its entries, which are checked one by one. */
export type UserFile = Maybe<{
  $schema: string;
  default: string;
  profiles: Readonly<Record<string, unknown>>;
}>;

/** A `dbcreds.json` likewise. It must name its project: the name is part of every keychain account. */
export type ProjectFile = UserFile & { readonly project: string };
