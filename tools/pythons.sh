#!/usr/bin/env bash
# Tries the other Pythons that Chimera accepts (3.12, 3.13): those found on PATH or among pyenv's versions, each in a
# spare environment that is thrown away. Says which were tried and which are not on this machine; fails when one fails.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=(3.12 3.13)
tests=(tests/core/test_canonical.py tests/core/test_money.py tests/core/test_taint.py
  tests/agents/test_graph.py tests/publishing/test_clustering.py)
spare=$(mktemp -d)
trap 'rm -rf "$spare"' EXIT

is() { [ -x "$1" ] && "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" >/dev/null 2>&1; }

# A name on PATH may be a shim that refuses to run, so every candidate is asked.
find_python() {
  local version=$1 candidate
  candidate=$(command -v "python$version" || true)
  if [ -n "$candidate" ] && is "$candidate" "$version"; then echo "$candidate"; return; fi
  command -v pyenv >/dev/null 2>&1 || return 0
  while IFS= read -r candidate; do
    if is "$candidate" "$version"; then echo "$candidate"; return; fi
  done < <(printf '%s\n' "$(pyenv root)/versions/$version".*/bin/python | sort -rV)
}

try_python() {
  local python=$1 venv="$spare/$2" dev
  "$python" -m venv "$venv"
  mapfile -t dev < <(grep -oE '^(pytest|pytest-django|pytest-timeout|hypothesis)==[^ ]+' requirements-dev.txt)
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "uv==0.13.9"
  "$venv/bin/python" -m uv pip install --quiet --python "$venv/bin/python" \
    -r requirements.txt "${dev[@]}" -c constraints.txt || return 1
  env -u DATABASE_URL -u REDIS_URL CHIMERA_HOME="$venv/home" "$venv/bin/python" manage.py check || return 1
  # Pure tests: none of these asks for a database, so no server is started.
  env -u DATABASE_URL -u REDIS_URL "$venv/bin/python" -m pytest -q -p no:cacheprovider --noconftest -o addopts="" "${tests[@]}" || return 1
}

tried=() missing=() failed=()
for version in "${wanted[@]}"; do
  python=$(find_python "$version")
  if [ -z "$python" ]; then missing+=("$version"); continue; fi
  echo "== Python $version: $python ($("$python" -c 'import platform; print(platform.python_version())'))"
  if try_python "$python" "$version"; then tried+=("$version"); else failed+=("$version"); fi
done
echo
echo "Works with: ${tried[*]:-none of the others}."
[ ${#missing[@]} -eq 0 ] || echo "Not found on this machine, so not tried: ${missing[*]}."
if [ ${#failed[@]} -gt 0 ]; then
  echo "Does not work with: ${failed[*]}; what is wrong is printed above." >&2
  exit 1
fi
