#!/usr/bin/env bash
# Makes .venv and installs the pinned requirements: with uv from the package registry, with an up-to-date pip as fallback.
set -euo pipefail
# Not dirname: whoever lacks a Python may lack more.
case ${BASH_SOURCE[0]} in */*) cd "${BASH_SOURCE[0]%/*}/.." ;; *) cd .. ;; esac

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; }
version() { "$1" -c 'import sys; print("Python %d.%d" % sys.version_info[:2])' 2>/dev/null || echo "no Python"; }
refuse() { echo "Chimera needs Python 3.11, 3.12 or 3.13; $1. $2" >&2; exit 1; }
named="Install one, or name it: make setup PYTHON=/path/to/python"

if [ -n "${PYTHON:-}" ] && ! { command -v "$PYTHON" >/dev/null 2>&1 && fits "$PYTHON"; }; then
  refuse "PYTHON names $PYTHON, which is $(version "$PYTHON")" "$named"
fi
if [ -x .venv/bin/python ] && ! fits .venv/bin/python; then
  refuse "the folder .venv holds $(version .venv/bin/python)" "Remove it (rm -r .venv) and run this again."
fi
python="" found=""
for candidate in "${PYTHON:-}" python3.11 python3 python3.12 python3.13 python; do
  [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
  if fits "$candidate"; then python=$candidate; break; fi
  found="$found${found:+, }$candidate is $(version "$candidate")"
done
[ -n "$python" ] || refuse "${found:-none was found}" "$named"

begun=$(date +%s)
if [ ! -x .venv/bin/python ]; then
  "$python" -m venv .venv
  echo "$begun" > .venv/.begun  # the first demo says how long the first post took from here
fi
# A .venv made by another tool may come without pip.
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
wanted=(-r requirements.txt -r requirements-dev.txt -c constraints.txt)
echo "Installing the pinned requirements (first time: under a minute)…" >&2
if .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==0.13.9" 2>/dev/null \
   && .venv/bin/python -m uv pip install --quiet --python .venv/bin/python "${wanted[@]}"; then
  :
else
  echo "uv could not do it; using pip." >&2
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "${wanted[@]}"
fi
touch .venv/.ready
