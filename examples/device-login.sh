#!/usr/bin/env bash
# Signs in by a code that a person types on another device (RFC 8628), and prints the answer of GET /api/me.
# Needs curl alone. The server needs DEVICE_LOGIN=on.
set -euo pipefail
origin=${1:-http://localhost:3000}
jar=$(mktemp)
trap 'rm -f "$jar"' EXIT

api() { curl -sS --fail-with-body -b "$jar" -c "$jar" -H 'X-CSRF: 1' "${@:2}" "$origin/api/$1"; }
# The text or number of a name in a JSON object.
value() { sed -nE 's/.*"'"$1"'":"?([^",}]*).*/\1/p' <<<"$2"; }

login=$(api device-logins -X POST)
id=$(value id "$login")
echo "Open $(value verificationUri "$login") and enter the code $(value userCode "$login")"

state=$login status=pending
while [ "$status" = pending ]; do
  sleep "$(value interval "$state")"
  state=$(api "device-logins/$id")
  status=$(value status "$state")
done
[ "$status" = ready ] || { echo "The sign-in is $status." >&2; exit 1; }

# Another person may have typed the code.
printf 'Continue as %s? [y/N] ' "$(value username "$state")"
read -r answer
[ "$answer" = y ] || { api "device-logins/$id" -X DELETE; exit 1; }
api "device-logins/$id" -X POST >/dev/null
api me
