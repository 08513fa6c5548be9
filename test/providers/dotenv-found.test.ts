import { parse } from 'dotenv';
import { formatTarget } from '../../src/profiles/target.ts';
import { findPasswords } from '../../src/providers/dotenv/found.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('passwords in a .env text');

type Expected = readonly (readonly [target: string, password: string, variables: string, mark: string])[];

const cases: readonly (readonly [name: string, text: string, found: Expected])[] = [
  ['nothing', 'PORT=3000\nAPI_URL=https://a:b@c.example/d\nREDIS_URL=redis://:p@h:6379/0', []],
  [
    'a URL, percent-encoded, with parameters',
    'DATABASE_URL="postgres://app:p%40ss%23@DB.example/shop?schema=a"',
    [['postgresql://app@db.example:5432/shop', 'p@ss#', 'DATABASE_URL', '']],
  ],
  ['a URL without a password', 'DATABASE_URL=postgres://app@db.example/shop', []],
  [
    'two URLs of one login, and one of another',
    'DATABASE_URL=postgres://a:secret@h/d?pgbouncer=true\nDIRECT_URL=postgres://a:secret@h/d\nANALYTICS_DATABASE_URL=mysql://b:other@h/x',
    [
      ['postgresql://a@h:5432/d', 'secret', 'DATABASE_URL,DIRECT_URL', ''],
      ['mysql://b@h:3306/x', 'other', 'ANALYTICS_DATABASE_URL', 'analytics'],
    ],
  ],
  [
    'the scheme of SQLAlchemy',
    'SQLALCHEMY_DATABASE_URI=postgresql+psycopg://a:p@h/d',
    [['postgresql://a@h:5432/d', 'p', 'SQLALCHEMY_DATABASE_URI', 'sqlalchemy']],
  ],
  [
    'libpq',
    'PGHOST=h\nPGPORT=6543\nPGDATABASE=d\nPGUSER=u\nPGPASSWORD=p',
    [['postgresql://u@h:6543/d', 'p', 'PGPASSWORD,PGUSER,PGHOST,PGPORT,PGDATABASE', 'pg']],
  ],
  [
    'the postgres image, by what it takes itself',
    'POSTGRES_PASSWORD=p',
    [['postgresql://postgres@localhost:5432/postgres', 'p', 'POSTGRES_PASSWORD', 'postgres']],
  ],
  [
    'Laravel',
    'DB_CONNECTION=pgsql\nDB_HOST=127.0.0.1\nDB_PORT=5432\nDB_DATABASE=d\nDB_USERNAME=u\nDB_PASSWORD="p w"',
    [['postgresql://u@127.0.0.1:5432/d', 'p w', 'DB_PASSWORD,DB_USERNAME,DB_HOST,DB_PORT,DB_DATABASE', 'db']],
  ],
  [
    'Django',
    'DB_ENGINE=django.db.backends.mysql\nDB_NAME=d\nDB_USER=u\nDB_PASSWORD=p',
    [
      [
        'mysql://u@localhost:3306/d',
        'p',
        'DB_PASSWORD,DB_USER,DB_DATABASE'.replace('DB_DATABASE', 'DB_NAME'),
        'db',
      ],
    ],
  ],
  [
    'an engine that only the port tells',
    'DB_HOST=h\nDB_PORT=3306\nDB_NAME=d\nDB_USER=u\nDB_PASSWORD=p',
    [['mysql://u@h:3306/d', 'p', 'DB_PASSWORD,DB_USER,DB_HOST,DB_PORT,DB_NAME', 'db']],
  ],
  ['sqlite', 'DB_CONNECTION=sqlite\nDB_PASSWORD=p', []],
  [
    'MySQL, and not its root',
    'MYSQL_ROOT_PASSWORD=r\nMYSQL_HOST=h\nMYSQL_DATABASE=d\nMYSQL_USER=u\nMYSQL_PASSWORD=p',
    [['mysql://u@h:3306/d', 'p', 'MYSQL_PASSWORD,MYSQL_USER,MYSQL_HOST,MYSQL_DATABASE', 'mysql']],
  ],
  [
    'a URL with its parts besides',
    'DATABASE_URL=postgres://u:p@h/d\nPGHOST=h\nPGDATABASE=d\nPGUSER=u\nPGPASSWORD=p',
    [['postgresql://u@h:5432/d', 'p', 'DATABASE_URL,PGPASSWORD,PGUSER,PGHOST,PGDATABASE', '']],
  ],
];

for (const [name, text, expected] of cases) {
  test(name, () => {
    const { found, unclear } = findPasswords(parse(text));
    assert.equal(
      found.map(({ target, password, variables, mark }) => [
        formatTarget(target),
        password.reveal(),
        Object.keys(variables).join(),
        mark,
      ]),
      expected,
    );
    assert.equal(unclear, []);
  });
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the text of a .env file
const unclear: readonly (readonly [name: string, text: string, says: RegExp])[] = [
  [
    'a password behind the ?',
    'X_URL=postgres://u@h/d?password=hunter2-behind',
    /^X_URL its password stands behind the \?/,
  ],
  [
    'a URL of other variables',
    'DATABASE_URL=postgres://u:${DB_PASS}@h/d',
    /^DATABASE_URL refers to other variables$/,
  ],
  ['a group of other variables', 'PGUSER=u\nPGPASSWORD=${SECRET}', /^PGPASSWORD refers to other/],
  ['no engine', 'DB_USER=u\nDB_NAME=d\nDB_PASSWORD=hunter2', /^DB_PASSWORD nothing says which engine/],
  ['no user', 'PGPASSWORD=hunter2', /^PGPASSWORD nothing says the user$/],
  ['no database', 'MYSQL_USER=u\nMYSQL_PASSWORD=hunter2', /^MYSQL_PASSWORD nothing says the database$/],
  [
    'a URL that cannot be read',
    'DATABASE_URL=postgres://u:hunter2%@h/d',
    /^DATABASE_URL the connection URL cannot be read/,
  ],
  ['a host that is none', 'PGUSER=u\nPGPASSWORD=hunter2\nPGHOST=a,b', /^PGPASSWORD its host is neither/],
  ['a port that is none', 'PGUSER=u\nPGPASSWORD=hunter2\nPGPORT=x', /^PGPASSWORD its port is not/],
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the text of a .env file

for (const [name, text, says] of unclear) {
  test(`not clear, and told without the password: ${name}`, () => {
    const findings = findPasswords(parse(text));
    assert.equal(findings.found, []);
    const said = findings.unclear.map(({ variable, why }) => `${variable} ${why}`);
    assert.is(said.length, 1);
    assert.match(said[0] ?? '', says);
    assert.not.match(said[0] ?? '', /hunter2/);
  });
}

test.run();
