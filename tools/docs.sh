#!/usr/bin/env bash
# The docs site: stages the pages and the reference, builds HTML, fails on any warning. Needs no network and no server.
# DOCS_OUT is where it goes (default: .chimera/site); what it was built from lies beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${DOCS_OUT:-.chimera/site}
mkdir -p "$out"
# Docstrings are read, no database is: an address that nobody asks keeps embedded servers out of it.
export DATABASE_URL="${DATABASE_URL:-postgres://nobody@127.0.0.1:1/none}"
.venv/bin/python docs/_site/stage.py "$out.source"
.venv/bin/python -m sphinx -q -W --keep-going -E -b html -d "$out.doctrees" -c docs/_site "$out.source" "$out"
echo "The site is in $out; open $out/index.html."
