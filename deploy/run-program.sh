#!/bin/sh
# run-program.sh <program> [arguments]: a service, `import-config` or `linewatch`, as this process: it gets the signals.
set -eu
if [ $# -eq 0 ] || [ ! -f "/linewatch/dist/$1.cjs" ]; then
  echo "name one of: $(cd /linewatch/dist && ls ./*.cjs | sed 's|^\./||; s|\.cjs$||' | tr '\n' ' ')" >&2
  exit 2
fi
program=$1
shift
# Copies are told apart; a container keeps its host name when it is started again.
export LINEWATCH_INSTANCE="${LINEWATCH_INSTANCE:-$(hostname)}"
exec node --enable-source-maps --max-semi-space-size=32 "/linewatch/dist/$program.cjs" "$@"
