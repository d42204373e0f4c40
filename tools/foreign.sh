#!/usr/bin/env bash
# Clients that are not ours: the official TypeScript client of MCP lists and calls the tools of each connector process.
# Installed into the data folder, with its exact version; nothing of it is kept in the tree.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Skipped: neither node nor npm is on this machine, so the TypeScript client cannot run; install Node 20 or later." >&2
  exit 0
fi
place="${CHIMERA_HOME:-$PWD/.chimera}/foreign"
mkdir -p "$place"
cp tools/foreign_client/package.json tools/foreign_client/client.mjs "$place/"
(cd "$place" && npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error)
CHIMERA_FOREIGN="$place" exec .venv/bin/python -m pytest -q -p no:cacheprovider tests/foreign "$@"
