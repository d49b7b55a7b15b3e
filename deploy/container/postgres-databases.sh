#!/bin/sh
# For each service a database, a role that owns and migrates it, and one that serves; with the passwords of
# deploy/secrets. Run by the image on an empty volume, and by `make up` each time: what is there already stays.
set -eu
run() { psql -v ON_ERROR_STOP=1 -qAt -U "$POSTGRES_USER" -d "$1" -c "$2"; }
while read -r name password owner_password; do
    owner="${name}_owner"
    handed_over=$(run postgres "SELECT count(*) FROM pg_roles WHERE rolname = '$owner'")
    [ "$(run postgres "SELECT count(*) FROM pg_roles WHERE rolname = '$name'")" = 1 ] ||
        run postgres "CREATE ROLE $name LOGIN PASSWORD '$password'"
    [ "$handed_over" = 1 ] || run postgres "CREATE ROLE $owner LOGIN PASSWORD '$owner_password'"
    if [ "$(run postgres "SELECT count(*) FROM pg_database WHERE datname = '$name'")" = 0 ]; then
        run postgres "CREATE DATABASE $name OWNER $owner"
        run postgres "REVOKE ALL ON DATABASE $name FROM PUBLIC; GRANT CONNECT ON DATABASE $name TO $name"
    elif [ "$handed_over" = 0 ]; then
        # Of the time when who serves owned it.
        run "$name" "BEGIN; ALTER DATABASE $name OWNER TO $owner; GRANT CONNECT ON DATABASE $name TO $name;
            REASSIGN OWNED BY $name TO $owner; COMMIT"
    fi
done < /run/secrets/databases
