#!/usr/bin/env bash
# Lists, calls and reads through published MCP clients, pinned in test/clients. Without arguments all of them, as before a
# release; with names of test/clients/run.mjs these. Some need a newer Node than we do, which comes with them.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# Without the user's settings: no key may be found.
for name in $(env | sed -n 's/^\(RECOLLECT_[A-Z_]*\|[A-Z_]*_API_KEY\|[A-Z_]*_BASE_URL\)=.*/\1/p'); do
  unset "$name"
done

# Installs only what these clients need, and for all of them the Node that the newest require.
cp test/clients/*.mjs "$scratch"
node - "$@" >"$scratch/package.json" <<'END'
const { clients, dependencies, ...about } = JSON.parse(require('fs').readFileSync('test/clients/package.json', 'utf8'))
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(clients).filter((name) => name !== 'inspector')
const names = new Set(['node', ...wanted.flatMap((name) => clients[name] ?? [])])
const kept = Object.entries(dependencies).filter(([name]) => names.has(name))
console.log(JSON.stringify({ ...about, dependencies: Object.fromEntries(kept) }))
END
echo 'clients: installing them'
npm install --prefix "$scratch" --no-save --no-audit --no-fund --loglevel=error >"$scratch/install.log" 2>&1 \
  || { tail -n 20 "$scratch/install.log"; exit 1; }
BINARY_TO_TRY=$PWD/dist/recollect.cjs "$scratch/node_modules/.bin/node" "$scratch/run.mjs" "$@"
