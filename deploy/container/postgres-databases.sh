#!/bin/sh
# A role and a database for each service, with the passwords of deploy/secrets. Run once, on an empty volume.
set -eu
while read -r name password; do
    psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d postgres <<SQL
CREATE ROLE $name LOGIN PASSWORD '$password';
CREATE DATABASE $name OWNER $name;
REVOKE ALL ON DATABASE $name FROM PUBLIC;
SQL
done < /run/secrets/databases
