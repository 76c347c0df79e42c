#!/usr/bin/env bash
# A real InfluxDB 2 server for the tests, built from its Go modules and Rust crates where no container engine has one.
# Needs go (>= 1.25), cargo and a C compiler; some minutes the first time, then at once. Prints the binary's path.
# Usage: scripts/build-influxd.sh [DIR]     DIR defaults to ${XDG_CACHE_HOME:-~/.cache}/adit-servers, where the tests look.
set -euo pipefail

version=v2.8.0
# The build helper that compiles the Rust library of the query engine.
helper=github.com/influxdata/pkg-config@v0.2.14
directory=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/adit-servers}
binary=$directory/influxd-$version

if [ -x "$binary" ]; then
  echo "$binary"
  exit 0
fi
for tool in go cargo cc; do
  command -v "$tool" > /dev/null || { echo "build-influxd: $tool is missing" >&2; exit 1; }
done

mkdir -p "$directory"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Lints of the engine that newer compilers add would stop its build.
printf '#!/bin/sh\nexec "$@" --cap-lints allow\n' > rustc-wrapper
chmod +x rustc-wrapper
export RUSTC_WRAPPER=$work/rustc-wrapper
# The engine pins an old toolchain; the one that is installed builds it too.
if command -v rustup > /dev/null; then
  RUSTUP_TOOLCHAIN=$(rustup show active-toolchain | cut -d' ' -f1)
  export RUSTUP_TOOLCHAIN
fi

{
  GOBIN=$work/bin go install "$helper"
  export PKG_CONFIG=$work/bin/pkg-config PATH=$work/bin:$PATH
  printf 'module influxdbuild\n\ngo 1.25\n' > go.mod
  printf '//go:build tools\n\npackage tools\n\nimport _ "github.com/influxdata/influxdb/v2/cmd/influxd"\n' > tools.go
  # A download that stalls half-way goes on where it stopped.
  for attempt in 1 2 3; do
    timeout 600 go get "github.com/influxdata/influxdb/v2/cmd/influxd@$version" && break
    [ "$attempt" -lt 3 ]
  done
  go build -tags noassets -ldflags '-s -w' -o influxd github.com/influxdata/influxdb/v2/cmd/influxd
} >&2

mv influxd "$binary.part"
mv "$binary.part" "$binary"
echo "$binary"
