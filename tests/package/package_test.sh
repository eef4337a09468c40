#!/usr/bin/env bash
# package_test.sh SOURCE BUILD CXX: installs BUILD into a fresh prefix, builds tests/package/consumer
# against it with find_package(orrery), and compares its answer with the installed command's.
set -euo pipefail
source_dir=$1 build=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
cmake -S "$source_dir/tests/package/consumer" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/prefix" ${4:+-DCMAKE_CXX_FLAGS="$4"} >"$work/configure.log"
cmake --build "$work/build"
catalog=$work/prefix/share/orrery/catalog
study=$source_dir/examples/llama3.1-405b-train-h100.yaml
seen=$("$work/build/consumer" "$study" "$catalog")
expected=$(ORRERY_CATALOG=$catalog "$work/prefix/bin/orrery" run "$study" --json |
  python3 -c 'import json, sys; print("%.6g" % json.load(sys.stdin)["step_time_s"])')
echo "consumer: $seen s, command: $expected s"
test "$seen" = "$expected"
test -f "$work/prefix/share/orrery/validation/names.yaml"
