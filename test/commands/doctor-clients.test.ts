import { remarkOf } from '../../src/commands/doctor/clients.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('doctor: clients');

test('what is known of each client', () => {
  const of = (program: string, said: string | undefined) => {
    const { level, message } = remarkOf(program, said);
    return `${level} ${message}`;
  };
  assert.match(of('psql', 'psql (PostgreSQL) 16.4'), /^ok psql 16\.4: .* with the system's CAs too$/);
  assert.match(
    of('psql', 'psql (PostgreSQL) 15.18 (Debian)'),
    /^ok psql 15\.18: .* knows no sslrootcert=system/,
  );
  assert.match(of('mysql', 'mysql  Ver 9.7.4-2 for Linux on x86_64 ((Debian))'), /^ok mysql 9\.7\.4: /);
  assert.match(
    of('mysql', 'mysql  Ver 14.14 Distrib 5.7.10, for Linux'),
    /^warning mysql 5\.7\.10 knows no ssl-mode/,
  );
  assert.match(
    of('mysql', 'mysql  Ver 15.1 Distrib 10.11.19-MariaDB, for debian'),
    /^ok .* only where told to/,
  );
  assert.match(
    of('mariadb', 'mariadb from 11.4.2-MariaDB, client 15.2 for Linux'),
    /^ok .* verifies by itself/,
  );
  assert.match(of('psql', undefined), /^warning psql does not tell its version$/);
});

test.run();
