# Sourced by ./orrery, ./check and .ci/run: what they need, and how it is built. Debian 12.
# Everything here talks on stderr; it says one line a step and shows a log only when a step fails.

run_packages="cmake ninja-build g++ ccache libyaml-cpp-dev nlohmann-json3-dev libcli11-dev libfmt-dev libexpected-dev libtinyxml2-dev zlib1g-dev"
test_packages="libgtest-dev libgmock-dev librapidcheck-dev libsimgrid-dev libns3-dev python3 python3-yaml"
lint_packages="clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev"

say() { printf '%s\n' "$*" >&2; }

# quietly LOG COMMAND...: the log is shown when the command fails.
quietly() {
  local log=$1
  shift
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log" >&2
    say "failed: $*"
    return 1
  fi
}

# Installs what is missing of these packages, or names it and leaves with exit code 2.
need_packages() {
  local missing=() package log
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local command="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    say "missing packages: ${missing[*]}"
    say "install them with: sudo $command"
    exit 2
  fi
  say "installing ${missing[*]}"
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  if ! $command >"$log" 2>&1 </dev/null; then
    { quietly "$log" apt-get update && quietly "$log" $command; } || { say "install them with: $command"; exit 2; }
  fi
  rm -f "$log"
}

# build_preset PRESET [TARGET...]: configures once, then builds; two calls at a time wait for each other.
build_preset() {
  local preset=$1 dir="$root/build/$1"
  shift
  mkdir -p "$dir"
  export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
  (
    flock 9
    cd "$root"
    if [ ! -f "$dir/build.ninja" ]; then quietly "$dir/configure.log" cmake --preset "$preset"; fi
    quietly "$dir/build.log" cmake --build "$dir" -j "$(nproc)" ${1:+--target "$@"}
  ) 9>"$dir/.lock"
}
