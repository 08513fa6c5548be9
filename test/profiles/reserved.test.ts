import { isClientVariable, isParameterAllowed, isReserved, stylesOf } from '../../src/profiles/reserved.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('reserved names');

const words = (text: string): string[] => text.trim().split(/\s+/);

/** What each sort of program reads, and what a repository could do with it. */
const dangerous: Record<string, string> = {
  'the clients of PostgreSQL': `PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGDATABASE PGSERVICE PGSERVICEFILE PGPASSFILE PGOPTIONS
    PGSSLMODE PGSSLROOTCERT PGSSLCERT PGSSLKEY PGSSLCRL PGREQUIRESSL PGGSSENCMODE PGKRBSRVNAME PGSYSCONFDIR PGLOCALEDIR
    PGTARGETSESSIONATTRS PGCHANNELBINDING PGREQUIREAUTH PGAPPNAME DATABASE_URL PSQLRC PSQL_HISTORY PSQL_PAGER PSQL_EDITOR`,
  'the clients of MySQL and MariaDB': `MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT MYSQL_PWD MYSQL_HOME MYSQL_GROUP_SUFFIX
    MYSQL_TEST_LOGIN_FILE MARIADB_HOME MARIADB_TLS_DISABLE_PEER_VERIFICATION LIBMYSQL_PLUGIN_DIR LIBMYSQL_PLUGINS
    LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN MYSQL_DEBUG MYSQL_HISTFILE MYSQL_PS1 MARIADB_PLUGIN_DIR ODBCINI ODBCSYSINI`,
  'the loader':
    'LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH GCONV_PATH MALLOC_CHECK_',
  shells:
    'PATH SHELL BASH_ENV ENV IFS PS4 PROMPT_COMMAND SHELLOPTS BASHOPTS CDPATH ZDOTDIR FPATH HOME TMPDIR',
  Node: 'NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NPM_CONFIG_SCRIPT_SHELL npm_config_registry',
  'other runtimes': `PYTHONPATH PYTHONSTARTUP PYTHONHOME RUBYOPT RUBYLIB PERL5OPT PERL5LIB JAVA_TOOL_OPTIONS _JAVA_OPTIONS
    JDK_JAVA_OPTIONS CLASSPATH DOTNET_STARTUP_HOOKS CORECLR_PROFILER COR_PROFILER LUA_INIT LUA_PATH PHPRC PHP_INI_SCAN_DIR
    R_PROFILE ERL_FLAGS GOFLAGS GOPROXY RUSTFLAGS RUSTC_WRAPPER TS_NODE_PROJECT BUN_OPTIONS DENO_DIR GHCRTS OCAMLRUNPARAM`,
  'tools that run others': `GIT_SSH_COMMAND GIT_CONFIG_GLOBAL GIT_EXEC_PATH GIT_PAGER PAGER MANPAGER EDITOR VISUAL BROWSER LESS
    LESSOPEN LESSCLOSE LESSKEY VIMINIT EXINIT SSH_ASKPASS SSH_AUTH_SOCK MAKEFLAGS MAKEFILES ANSIBLE_CONFIG KUBECONFIG
    DOCKER_HOST TF_CLI_CONFIG_FILE CLOUDSDK_PYTHON MAVEN_OPTS GRADLE_USER_HOME YARN_RC_FILENAME XDG_CONFIG_HOME`,
  'what leads traffic elsewhere': `HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF SSLKEYLOGFILE
    CURL_CA_BUNDLE REQUESTS_CA_BUNDLE AWS_CA_BUNDLE AWS_ENDPOINT_URL HOSTALIASES RES_OPTIONS LOCALDOMAIN KRB5_CONFIG
    KRB5CCNAME TNS_ADMIN`,
  ours: 'DBCREDS_ACTIVE DBCREDS_CONFIRM DBCREDS_ENV DBCREDS_PROD_URL DBCREDS_PROD_SEAL DBCREDS_AGE_KEY DBCREDS_DEBUG',
};

for (const [whose, names] of Object.entries(dangerous))
  test(`no profile sets what ${whose} read`, () => {
    for (const name of words(names)) assert.ok(isReserved(name), name);
  });

test('nor in small letters, which are the same to Windows', () => {
  for (const names of Object.values(dangerous))
    for (const name of words(names)) assert.ok(isReserved(name.toLowerCase()), name);
});

test('what an app reads is free', () => {
  const free = `DIRECT_URL SHADOW_DATABASE_URL DB_HOST DB_PORT DB_USER DB_PASS DB_PASSWORD DB_NAME POSTGRES_URL POSTGRES_PASSWORD
    TYPEORM_HOST SPRING_DATASOURCE_URL SPRING_DATASOURCE_PASSWORD ConnectionStrings__Default SEQUELIZE_URL DJANGO_DB_PASSWORD
    RAILS_DATABASE APP_DSN MYSQL_URL MYSQL_ROOT_PASSWORD MYSQL_DATABASE_URL PG_URL REDIS_URL _url a A1`;
  for (const name of words(free)) assert.not.ok(isReserved(name), name);
});

test('what is cleared for one engine is left alone for the other', () => {
  const rows: [string, boolean, boolean][] = [
    ['PGHOST', true, false],
    ['PGSSLNEGOTIATION', true, false],
    ['MYSQL_PWD', false, true],
    ['MARIADB_HOST', false, true],
    ['MARIADB_TLS_DISABLE_PEER_VERIFICATION', false, true],
    ['MYSQL_ROOT_PASSWORD', false, false],
    ['PG_URL', false, false],
    ['PGADMIN_DEFAULT_EMAIL', false, false],
    ['DATABASE_URL', true, true],
  ];
  for (const [name, pg, my] of rows) {
    assert.is(isClientVariable(name, 'postgresql'), pg, name);
    assert.is(isClientVariable(name, 'mysql'), my, name);
    assert.is(isClientVariable(name, 'mariadb'), my, name);
  }
});

const structural = `host hostaddr HOST hostname port user username password passwd pwd dbname database service servicefile passfile
  unix_socket unixsocket socketPath socket uselibpqcompat requiressl gssencmode channel_binding require_auth sslmode ssl
  sslrootcert ssl_ca sslMode tls useSSL trustCertificateKeyStoreUrl trustServerCertificate serverSslCert sslcert truststore
  verifyServerCertificate`;
const loading = `socketFactory authenticationPluginClassName autoDeserialize queryInterceptors allowLoadLocalInfile
  allowMultiQueries multipleStatements loggerFile read_default_file init_command propertiesTransform authPlugins flags`;
const tuning =
  'schema application_name connect_timeout connectionLimit pool_size statement_timeout charset timezone';

test("parameters: a project's file tunes, one's own may more, and neither redirects", () => {
  for (const name of words(structural)) {
    assert.not.ok(isParameterAllowed(name, false), name);
    assert.not.ok(isParameterAllowed(name, true), name);
  }
  for (const name of words(loading)) {
    assert.not.ok(isParameterAllowed(name, false), name);
    assert.ok(isParameterAllowed(name, true), name);
  }
  for (const name of words(tuning)) assert.ok(isParameterAllowed(name, false), name);
  for (const name of ['Schema', 'SCHEMA', 'schema ', '', '__proto__', 'constructor', 'toString'])
    assert.not.ok(isParameterAllowed(name, false), name);
});

test('dialects by engine', () => {
  assert.not.ok(stylesOf('postgresql').includes('mysql2'));
  assert.not.ok(stylesOf('mysql').includes('libpq'));
  for (const engine of ['postgresql', 'mysql', 'mariadb'] as const)
    for (const style of ['prisma', 'jdbc', 'none'] as const) assert.ok(stylesOf(engine).includes(style));
});

test.run();
