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
  printf 'ADIT_BROKER_PASSWORD=%s\nINFLUXDB_PASSWORD=%s\nINFLUXDB_TOKEN=%s\n' "$(secret)" "$(secret)" "$(secret)" > "$file"
)
echo "$file has fresh secrets; keep it"
