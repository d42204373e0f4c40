#!/usr/bin/env bash
# Makes .venv-bench with the pinned peers of requirements-bench.txt: an environment apart, because peers pin other versions.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-}
for candidate in "$python" python3.11 .venv/bin/python python3; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 \
     && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then python=$candidate; break; fi
  python=""
done
[ -n "$python" ] || { echo "The peers are pinned for Python 3.11; install it, or name it: make bench-setup PYTHON=/path/to/python3.11" >&2; exit 1; }
[ -x .venv-bench/bin/python ] || "$python" -m venv .venv-bench
.venv-bench/bin/python -m pip --version >/dev/null 2>&1 || .venv-bench/bin/python -m ensurepip >/dev/null
echo "Installing the peers into .venv-bench…" >&2
if ! { .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check "uv==0.13.9" 2>/dev/null \
       && .venv-bench/bin/python -m uv pip install --quiet --python .venv-bench/bin/python -r requirements-bench.txt -c constraints-bench.txt; }; then
  echo "uv could not do it; using pip." >&2
  .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt -c constraints-bench.txt
fi
echo "The peers are in .venv-bench; run: manage.py bench engine"
