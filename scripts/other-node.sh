#!/usr/bin/env bash
# Installs, tests and packs a copy of the checkout with another Node: scripts/other-node.sh <major> [test files...]
#
# Copies the checkout into a folder with a space and a letter outside ASCII, installs it there with that Node (an npm
# package) and, from 22 on, without a compiler on the path, and runs the named tests or all. Then it packs it, installs
# the package into an empty folder and runs its doctor.
set -euo pipefail
cd "$(dirname "$0")/.."

major=${1:?Usage: scripts/other-node.sh <major> [test files...]}
shift
# Maximum size of the installed package.
MAX_KILOBYTES=46080

say() { echo "other-node.sh: $*"; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
checkout=$scratch/Büro\ und\ Heim/recollect

say "installing Node $major"
npm install --prefix "$scratch/node" --no-audit --no-fund --loglevel=error "node@$major" >/dev/null
node=$scratch/node/node_modules/node/bin/node
"$node" --version | grep -q "^v$major\." || { say "that is no Node $major"; exit 1; }

# All programs on the path except other Nodes and, where none may be needed, compilers.
mkdir "$scratch/bin"
hidden='node|nodejs'
[ "$major" -lt 22 ] || hidden="$hidden|(.*-)?(gcc|g\+\+|cc|c\+\+|cpp|clang|clang\+\+)(-[0-9.]+)?|c[89]9(-gcc)?|g?make|python[0-9.]*|node-gyp"
IFS=: read -ra folders <<<"$PATH"
for folder in "${folders[@]}"; do
  [ -d "$folder" ] || continue
  for program in "$folder"/*; do
    name=${program##*/}
    [[ $name =~ ^($hidden)$ ]] || [ -e "$scratch/bin/$name" ] || ln -s "$program" "$scratch/bin/$name"
  done
done
ln -s "$node" "$scratch/bin/node"
export PATH=$scratch/bin
if [ "$major" -ge 22 ] && command -v gcc g++ cc make python3; then say 'there is a compiler'; exit 1; fi

say "npm ci with Node $(node --version) in $checkout"
mkdir -p "$checkout"
git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -cT - 2>/dev/null | tar -xC "$checkout"
cd "$checkout"
npm ci --no-audit --no-fund
npm test -- "$@"

say 'npm pack, and the package in an empty folder'
empty=$scratch/Ein\ leerer\ Ördner
mkdir "$empty"
npm pack --pack-destination "$scratch" >/dev/null
cd "$empty"
SECONDS=0
driver=()
[ "$major" -ge 22 ] || driver=(better-sqlite3@12)
npm install --no-audit --no-fund "$scratch"/recollect-*.tgz "${driver[@]}"
took=$SECONDS
kilobytes=$(du -sk node_modules | cut -f1)
say "installed in $took s, $kilobytes KB"
if [ "$major" -ge 22 ] && [ "$kilobytes" -gt "$MAX_KILOBYTES" ]; then say "more than $MAX_KILOBYTES KB"; exit 1; fi
env -u XDG_DATA_HOME -u XDG_CACHE_HOME HOME="$scratch" OLLAMA_HOST=127.0.0.1:1 npx recollect doctor
say 'all is well'
