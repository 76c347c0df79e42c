#!/usr/bin/env bash
# A container engine for the container tests on a Debian machine without Docker, as root: podman with runc, and images
# made from local binaries, for machines that reach no image registry.
# Usage: eval "$(scripts/container-engine.sh start)"    installs what is missing, starts the API, sets DOCKER_HOST …
#        scripts/container-engine.sh image NAME FILE=PATH…   an image from binaries with their shared libraries
#        scripts/container-engine.sh stop
set -euo pipefail

state=${XDG_RUNTIME_DIR:-/tmp}/adit-container-engine
socket=$state/engine.sock
export CONTAINERS_CONF=$state/containers.conf
podman=(podman --storage-driver vfs --root "$state/storage" --runroot "$state/run")

start() {
  if ! command -v podman > /dev/null || ! command -v runc > /dev/null; then
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      podman runc netavark aardvark-dns iptables >&2
  fi
  mkdir -p "$state"
  # runc, because crun refuses hybrid cgroups; no ulimits, because raising them needs a capability that sandboxes lack.
  cat > "$CONTAINERS_CONF" << 'CONF'
[containers]
default_ulimits = []
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
[network]
network_backend = "netavark"
CONF
  if ! { [ -f "$state/pid" ] && kill -0 "$(cat "$state/pid")" 2> /dev/null; }; then
    rm -f "$socket"
    "${podman[@]}" system service --time=0 "unix://$socket" > "$state/engine.log" 2>&1 < /dev/null &
    echo $! > "$state/pid"
    for _ in $(seq 100); do
      [ -S "$socket" ] && break
      sleep 0.1
    done
    [ -S "$socket" ] || { cat "$state/engine.log" >&2; exit 1; }
  fi
  echo "export CONTAINERS_CONF=$CONTAINERS_CONF DOCKER_HOST=unix://$socket TESTCONTAINERS_RYUK_DISABLED=true"
}

image() {
  local name=$1 root
  shift
  root=$(mktemp -d)
  mkdir -p "$root"/{bin,etc,tmp,data,proc,sys,dev,run}
  chmod 1777 "$root/tmp"
  echo 'root:x:0:0:root:/:/bin/sh' > "$root/etc/passwd"
  for pair in /bin/sh=/bin/sh "$@"; do
    local from=${pair%%=*} to=${pair#*=}
    install -D "$from" "$root$to"
    for library in $(ldd "$from" 2> /dev/null | grep -o '/[^ ]*'); do install -D "$library" "$root$library"; done
  done
  tar -C "$root" -c . | "${podman[@]}" import - "$name" >&2
  rm -rf "$root"
}

stop() {
  [ -f "$state/pid" ] || return 0
  "${podman[@]}" rm --all --force --time 1 > /dev/null 2>&1 || true # of tests that were broken off
  kill "$(cat "$state/pid")" 2> /dev/null || true
  rm -f "$state/pid" "$socket"
}

case ${1:-} in
  start) start ;;
  image) shift && image "$@" ;;
  stop) stop ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2 && exit 64 ;;
esac
