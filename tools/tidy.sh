#!/usr/bin/env bash
# tidy.sh SECONDS: clang-tidy over our sources until the time is spent; files that differ from the
# last merge come first, then a different part of the rest each day, so that all are seen.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
budget=${1:-300}
[ -f build/clang/compile_commands.json ] || cmake --preset clang >/dev/null
base=$(git rev-list --merges -n 1 HEAD 2>/dev/null || true)
changed=$(git diff --name-only --diff-filter=d "${base:-HEAD}" -- 'src/*.cpp' 'apps/*.cpp')
others=$(git ls-files 'src/*.cpp' 'apps/*.cpp' | shuf --random-source=<(yes "$(date +%F)"))
files=$(printf '%s\n' $changed $others | awk 'NF && !seen[$0]++')
export deadline=$(($(date +%s) + budget))
# A file is begun only before the deadline.
printf '%s\n' $files | xargs -P "$(nproc)" -I{} bash -c '
  [ "$(date +%s)" -lt "$deadline" ] || exit 0
  out=$(clang-tidy-19 -p build/clang --quiet "$1" 2>/dev/null) || { printf "%s\n" "$out"; exit 1; }
  echo "tidy $1"' _ {} >build/tidy.log || { grep -v "^tidy " build/tidy.log; exit 1; }
echo "clang-tidy: $(grep -c "^tidy " build/tidy.log) of $(printf '%s\n' $files | wc -l) files, no finding"
