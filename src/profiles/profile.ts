import type { Target } from './target.ts';

/** libpq's words. `prefer` and `allow` do not exist here: they fall back to plaintext. */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

export type UrlStyle =
  | 'libpq'
  | 'mysql2'
  | 'mariadb'
  | 'prisma'
  | 'jdbc'
  | 'sqlalchemy'
  | 'go'
  | 'rails'
  | 'postgresjs'
  | 'bun'
  | 'none';

export type ProviderName = 'keychain' | 'file' | 'env' | 'dotenv';

export interface Address {
  /** DNS name, IP address without brackets, or absolute path of a unix socket (PostgreSQL: its folder). */
  readonly host: string;
  readonly port: number;
}

export interface Tls {
  readonly mode: TlsMode;
  /** Whether the file said so, or the rule for absent modes did. */
  readonly stated: boolean;
  /** Absolute paths. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Why a production profile may do with less than `verify-full`. */
  readonly because?: string;
  /** Put the CA into the child's `NODE_EXTRA_CA_CERTS` too. */
  readonly nodeExtraCa: boolean;
}

/** How `rotate` changes the password. */
export interface RotationSettings {
  /**
   * The server itself, where the profile's own host is a pooler or balancer: what is dialled, and the name that the
   * certificate must carry.
   */
  readonly host?: Address;
  /** Name of the profile whose login changes the password. */
  readonly admin?: string;
  /** Two logins that take turns; the target's user is one of them. */
  readonly roles?: readonly [string, string];
  /** For how many milliseconds the server is to take the old password too. 0: not at all. */
  readonly grace?: number;
  /** Commands with their arguments that get the new password on stdin. From the user's file alone. */
  readonly push: readonly (readonly string[])[];
}

/** One database environment, with the user's overrides applied and every default filled in. Holds no secret. */
export interface Profile {
  /** As typed after `--env`. */
  readonly name: string;
  /** Absent for the user's own profiles. */
  readonly project?: string;
  /** `project/name` or `name`: the keychain account, and what messages show. */
  readonly id: string;
  /** `NAME` in variables: upper case, `-` as `_`. */
  readonly variable: string;
  /** Real path of the file that defines it. */
  readonly file: string;
  readonly description?: string;
  readonly target: Target;
  /** Whose file says the user. An override that repeats the project's says nothing new: the login stays the project's. */
  readonly userFrom: 'user' | 'project';
  /** What is dialled: `hostAddress` where given, else the target's host and port. */
  readonly dial: Address;
  /** Whether `hostAddress` (or `--via`) sets the dialled address apart from the host. */
  readonly tunnelled: boolean;
  readonly production: boolean;
  readonly tls: Tls;
  /** How long a password may live, in milliseconds. `none`: for ever, on purpose. Absent: nobody said. */
  readonly expires?: number | 'none';
  /** Milliseconds before expiry from which to warn. */
  readonly warn: number;
  readonly onExpired: 'refuse' | 'warn';
  readonly provider?: { readonly name: ProviderName; readonly from: 'user' | 'project' };
  /** Options of the `file` and `dotenv` providers: absolute path. */
  readonly filePath?: string;
  /** Name of the profile whose record this one shares. */
  readonly credential?: string;
  /** The role, where the login differs from it. */
  readonly serverUser?: string;
  /** Nobody else has this password: the user's own word. */
  readonly soleHolder: boolean;
  readonly rotation: RotationSettings;
  readonly readOnly?: string;
  readonly access?: 'read-only' | 'read-write' | 'owner';
  readonly reason?: 'always' | 'no-terminal';
  readonly log?: 'required';
  /** How long a confirmation is remembered, in milliseconds. 0: never. */
  readonly confirmFor: number;
  readonly nested: boolean;
  readonly urlStyle: UrlStyle;
  /** Driver parameters, for `DATABASE_URL` alone. */
  readonly params: Readonly<Record<string, string>>;
  /** Further variables: name to template. */
  readonly inject: Readonly<Record<string, string>>;
}
