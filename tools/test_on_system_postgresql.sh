#!/bin/sh
# Runs the tests against a PostgreSQL of the machine (15 or newer) instead of the embedded one, in a cluster of their own.
# Skips with a plain reason where the machine has none. Arguments go to pytest.
set -eu
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$programs" ] || [ ! -x "$programs/initdb" ]; then
    echo "No PostgreSQL server is installed on this machine: tests ran on the embedded one only."
    exit 0
fi
folder=$(mktemp -d)
chmod 711 "$folder"
run() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
[ "$(id -u)" -ne 0 ] || chown postgres "$folder"
end() { run "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"; }
trap end EXIT INT TERM
port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
password=$(.venv/bin/python -c 'import secrets; print(secrets.token_hex(12))')
cd "$folder" && echo "$password" > "$folder/password" && cd - >/dev/null
run "$programs/initdb" -D "$folder/data" -U postgres -A scram-sha-256 --pwfile="$folder/password" -E UTF8 --locale=C.UTF-8 >/dev/null
run "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c autovacuum=off" start >/dev/null
export PGPASSWORD="$password"
sql() { "$programs/psql" -qX -h 127.0.0.1 -p "$port" -U postgres -v ON_ERROR_STOP=1 -c "$1" >/dev/null; }
sql "CREATE ROLE hawl_owner LOGIN CREATEROLE CREATEDB PASSWORD '$password'"
sql "CREATE DATABASE hawl OWNER hawl_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
unset PGPASSWORD
echo "PostgreSQL $("$programs/postgres" --version | awk '{print $3}') of this machine:"
DATABASE_URL="postgresql://hawl_owner:$password@127.0.0.1:$port/hawl" .venv/bin/pytest "$@"
