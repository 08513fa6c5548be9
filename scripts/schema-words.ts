/** What each key is for; one with keys of its own says it under the empty key. */
export interface Words {
  readonly [key: string]: string | (Words & { readonly '': string });
}

export const fileWords: Words = {
  $schema: 'Where this schema is, for editors: "./node_modules/dbcreds/schema.json".',
  project: 'The name of the project. Passwords are stored under "project/profile".',
  default: 'The profile to use where neither --env nor DBCREDS_ENV names one. Never a production profile.',
  profiles: 'The database environments by name: lower-case letters, digits, "_" and "-".',
};

export const entryWords: Words = {
  description: 'What the environment is, for people.',
  url: 'Where it is: engine://user@host:port/database. No password, query or fragment. Stands instead of engine, host, port, database and user.',
  engine: 'The kind of server, where "url" is absent.',
  host: 'Host name, IP address, or path of a unix socket (for PostgreSQL the folder that holds it).',
  port: 'The port. Default: 5432 for PostgreSQL, 3306 for MySQL and MariaDB.',
  database: 'The name of the database.',
  user: "The login on the server. The user's own profiles.json may name another.",
  hostAddress:
    'What to dial while "host" stays the name that the certificate must carry, as through a tunnel: an IP address or localhost, with an optional port. PostgreSQL only.',
  production:
    'Whether this is production: it is confirmed by its typed name, needs verified TLS, and cannot be the default.',
  tls: {
    '': 'How the connection is protected.',
    mode: 'By libpq\'s words. Default: "verify-full", but "disable" for a local address outside production.',
    ca: "File with the certificates of the authority to trust, in PEM. Relative to this file. Default: the system's authorities.",
    cert: 'File with the client\'s own certificate, in PEM. Together with "key".',
    key: 'File with the private key of "cert". Only its path stands here.',
    because: 'Why a production profile may do with less than "verify-full".',
    nodeExtraCa:
      'Whether to hand the CA to the command in NODE_EXTRA_CA_CERTS too. It then holds for every HTTPS call of the command. Default: false.',
  },
  expires: 'How long a password may live, such as "90d"; "none" for ever, on purpose.',
  warn: 'How long before the expiry to warn. Default: "14d".',
  onExpired: 'What to do with an expired password. Default: "refuse".',
  provider: 'Where the password is. Default: "keychain".',
  file: {
    '': 'For the providers "file" and "dotenv".',
    path: 'The file. Relative to this one.',
  },
  urlStyle: 'The dialect of DATABASE_URL. Default: "libpq" for PostgreSQL, "mysql2" for MySQL and MariaDB.',
  params: 'Driver parameters that only tune, for DATABASE_URL alone, such as "schema" or "connect_timeout".',
  inject:
    'Further variables for the command. In the values stand {url} {url:STYLE} {host} {port} {database} {user} {password} {ca} and text.',
  credential: 'The name of another profile whose stored password this one shares.',
  serverUser: 'The role on the server, where the login differs from it.',
  readOnly: 'The name of the profile that --read-only uses instead: one that cannot write.',
  access: 'What the login may do, for reports.',
  reason: 'When --reason has to be given.',
  log: '"required": nothing is started where the log of runs cannot be written.',
  confirmFor: 'How long a confirmation is remembered in one terminal session. "0" for never. Default: "15m".',
  nested: 'Whether it may run inside a run of another profile. Default: false.',
  rotation: {
    '': 'How "dbcreds rotate" changes the password.',
    host: 'The server itself, where "host" is a pooler or balancer: HOST or HOST:PORT. It is dialled, and its certificate must carry this name. Without a port, that of the profile. Default: "host" itself.',
    admin:
      'The name of the profile whose login changes the password, where the account may not do it itself.',
    roles:
      'Two logins that take turns, so that the old one keeps working meanwhile. The user of the profile is one of them.',
    grace: 'How long the old password goes on working, where the server can keep two. Default: not at all.',
  },
  incident: {
    '': 'For the day when a password got out.',
    contact: 'Whom to tell.',
  },
};
