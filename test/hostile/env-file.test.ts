import { attack } from './attack.ts';
import type { Attempt } from './victim.ts';

/** A `.env` file of the repository, for whoever runs with `--env-file .env`. */
const env = (text: string, says: string): Attempt => ({
  edit: (_, { place }) => {
    place.write('.env', text);
  },
  args: ['-f', '.env'],
  code: 'USAGE',
  says,
});

const sets = (name: string): Attempt => env(`A=1\n${name}=x\n`, `sets ${name}`);
const holds = (name: string, value: string): Attempt =>
  env(`A=1\n${name}='${value}'\n`, `holds a database password, in ${name}`);

attack('-f', {
  'another host': sets('PGHOST'),
  'another host in small letters': sets('pghost'),
  'another address': sets('PGHOSTADDR'),
  'an exported host': env('export PGHOST=evil.example\n', 'sets PGHOST'),
  'another URL': sets('DATABASE_URL'),
  "MySQL's host": sets('MYSQL_HOST'),
  "Node's options": sets('NODE_OPTIONS'),
  'a library': sets('LD_PRELOAD'),
  'another PATH': sets('PATH'),
  'another home': sets('HOME'),
  'a start file': sets('PSQLRC'),
  'a proxy': sets('HTTPS_PROXY'),
  'an answer of ours': sets('DBCREDS_CONFIRM'),
  'a password of ours': holds('DBCREDS_PROD_PASSWORD', 'x'),
  'a password by its name': holds('DB_PASSWORD', 'hunter22'),
  'a password by a longer name': holds('APP_DB_PASSWD', 'hunter22'),
  'a password in a URL': holds('READ_URL', 'postgres://u:hunter22@h/d'),
  'a password in JDBC': holds('JDBC_URL', 'jdbc:postgresql://h/d?user=u&password=hunter22'),
  'a password for .NET': holds('CONNECTION', 'Server=h;User Id=u;Password=hunter22'),
  'a password for libpq': holds('DSN', 'host=h user=u password=hunter22'),
  'a password for Go': holds('DSN', 'u:hunter22@tcp(h:3306)/d'),
  'a file that is not there': {
    args: ['-f', 'nothing'],
    code: 'USAGE',
    says: 'cannot be read (ENOENT)',
  },
  'a folder': { args: ['-f', 'certs'], code: 'USAGE', says: 'cannot be read (EISDIR)' },
});
