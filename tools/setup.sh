#!/usr/bin/env bash
# Makes .venv and installs the pinned requirements: with uv from the package registry, with an up-to-date pip as fallback.
set -euo pipefail
cd "$(dirname "$0")/.."

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; }
python=""
for candidate in "${PYTHON:-}" python3.11 python3 python3.12 python3.13 python; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
  echo "Chimera needs Python 3.11, 3.12 or 3.13; none was found. Install one, or name it: make setup PYTHON=/path/to/python" >&2
  exit 1
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
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
