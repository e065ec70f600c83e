#!/usr/bin/env bash
# Calls the built binary with MCP Inspector's CLI over stdio and HTTP, without a key. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."

INSPECTOR=@modelcontextprotocol/inspector
INSPECTOR+=@$(node -p "require('./test/clients/package.json').dependencies['$INSPECTOR']")
binary=$PWD/dist/recollect.cjs
scratch=$(mktemp -d)
server=

cleanup() {
  status=$?
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill -TERM "$server"
    wait "$server" || true
  fi
  if [ "$status" -ne 0 ]; then
    for log in "$scratch"/*.log; do
      [ -s "$log" ] && { echo "--- $(basename "$log")"; tail -n 30 "$log"; } >&2
    done
  fi
  rm -rf "$scratch"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Without the user's settings: no key may be found, and no data of theirs may be used.
for name in $(env | sed -n 's/^\(RECOLLECT_[A-Z_]*\|[A-Z_]*_API_KEY\|[A-Z_]*_BASE_URL\)=.*/\1/p'); do
  unset "$name"
done

say() { echo "smoke: $*"; }

say "installing $INSPECTOR"
npm install --prefix "$scratch/inspector" --no-save --no-audit --no-fund --loglevel=error "$INSPECTOR" \
  >"$scratch/install.log" 2>&1
inspector=$scratch/inspector/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js

mkdir -p "$scratch/home"
export HOME=$scratch/home RECOLLECT_HOME=$scratch/data RECOLLECT_MODEL=offline/rehearsal

# check <what> <text that the answer must contain> <inspector arguments...>
check() {
  local what=$1 expected=$2
  shift 2
  if ! timeout 60 node "$inspector" --cli "$@" >"$scratch/answer.log" 2>"$scratch/inspector.log"; then
    say "FAILED  $what"
    return 1
  fi
  if ! grep -qF -- "$expected" "$scratch/answer.log"; then
    say "FAILED  $what: no '$expected' in the answer"
    return 1
  fi
  say "ok      $what"
}

# Inspector passes only a few variables on to the server.
stdio=(env "RECOLLECT_HOME=$RECOLLECT_HOME" "RECOLLECT_MODEL=$RECOLLECT_MODEL" node "$binary" stdio)
check 'stdio initialize' 'recollect' "${stdio[@]}" --method initialize --format json
check 'stdio tools/list' '"create_agent"' "${stdio[@]}" --method tools/list
# Fails where a schema is not portable between clients and models.
check 'stdio tools/list of all toolsets, strictly' '"configure_agent"' \
  env RECOLLECT_TOOLSETS=all "${stdio[@]}" --method tools/list --strict
check 'stdio tools/call create_agent' 'agent-' "${stdio[@]}" \
  --method tools/call --tool-name create_agent --tool-args-json '{"name":"ada"}'
check 'stdio tools/call send_message' 'completed' "${stdio[@]}" \
  --method tools/call --tool-name send_message \
  --tool-args-json '{"agent":"ada","message":"remember that the red mug is in the kitchen"}'
check 'stdio resources/list' 'recollect://agents' "${stdio[@]}" --method resources/list
check 'stdio prompts/list' 'talk_to_agent' "${stdio[@]}" --method prompts/list

say 'starting the server on a free port'
node "$binary" serve --port 0 >"$scratch/serve.out.log" 2>"$scratch/serve.log" &
server=$!
url=
for _ in $(seq 100); do
  url=$(grep -oE 'http://[^ ]+/mcp' "$scratch/serve.log" | head -n 1 || true)
  [ -n "$url" ] && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
if [ -z "$url" ]; then
  say 'FAILED  serve printed no URL'
  exit 1
fi
say "ok      serve at $url"

for era in legacy modern; do
  http=("$url" --transport http --protocol-era "$era")
  check "http $era tools/list" '"create_agent"' "${http[@]}" --method tools/list
  check "http $era tools/call create_agent" 'agent-' "${http[@]}" \
    --method tools/call --tool-name create_agent --tool-args-json "{\"name\":\"$era\"}"
  check "http $era tools/call send_message" 'completed' "${http[@]}" \
    --method tools/call --tool-name send_message \
    --tool-args-json "{\"agent\":\"$era\",\"message\":\"hello\"}"
  check "http $era resources/list" 'recollect://agents' "${http[@]}" --method resources/list
  check "http $era prompts/list" 'talk_to_agent' "${http[@]}" --method prompts/list
done
# A message sent over stdio to another process is visible here.
check 'http tools/call send_message, told over stdio' 'red mug' "$url" --transport http \
  --method tools/call --tool-name send_message \
  --tool-args-json '{"agent":"ada","message":"what do you know about the red mug?"}'

say 'stopping the server'
kill -TERM "$server"
stopped=0
wait "$server" || stopped=$?
server=
if [ "$stopped" -ne 0 ]; then
  say "FAILED  serve exited with $stopped after SIGTERM"
  exit 1
fi
if [ -s "$scratch/serve.out.log" ]; then
  say 'FAILED  serve wrote to stdout'
  exit 1
fi
say 'all is well'
