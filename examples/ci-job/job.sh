#!/bin/sh
# A step of a CI job, for any system that runs a shell. It needs:
#   DBCREDS_PROD_URL_FILE  path of a file with the connection URL, from the system's store of secrets
#   DBCREDS_PROD_SEAL      what `dbcreds trust prod --print` printed on your machine
set -eu

# Nobody is there to type the name of production.
export DBCREDS_CONFIRM=prod

# Where `npm ci` has put dbcreds.
PATH="$PWD/node_modules/.bin:$PATH"

dbcreds test prod
dbcreds run --env prod --reason "migrate ${CI_COMMIT:-by hand}" -- psql -v ON_ERROR_STOP=1 -f migrate.sql
