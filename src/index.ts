/**
 * dbcreds as a library: the same profiles, records, guards and errors as the command line. Nothing is printed, nobody is
 * asked, nothing exits; what is refused is thrown as a {@link DbcredsError} with a stable `code`.
 *
 * @module
 */
export { codes, DbcredsError, type ErrorCode, formatError } from './errors.ts';
export { type Credential, credential, databaseUrl } from './library/credential.ts';
export type { DriverTls } from './library/driver.ts';
export { list, type Standing } from './library/list.ts';
export { type MysqlConfig, mysqlConfig } from './library/mysql.ts';
export type { Options } from './library/options.ts';
export { type PgConfig, pgConfig } from './library/pg.ts';
export { type Rotated, type RotateOptions, rotate } from './library/rotate.ts';
