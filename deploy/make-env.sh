#!/usr/bin/env bash
# Makes .env with fresh secrets for docker-compose.yml; leaves an existing one alone.
set -euo pipefail
file=$(cd "$(dirname "$0")/.." && pwd)/.env
if [ -e "$file" ]; then
  echo "$file exists and stays as it is" >&2
  exit 1
fi
secret() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
(
  umask 077
  for name in ADIT_BROKER_PASSWORD INFLUXDB_PASSWORD INFLUXDB_TOKEN POSTGRES_PASSWORD; do
    printf '%s=%s\n' "$name" "$(secret)"
  done > "$file"
)
echo "$file has fresh secrets; keep it"
