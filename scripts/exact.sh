#!/usr/bin/env bash
# Proves that relays of killed workers equal unbroken runs, bit for bit, for every program. With 20
# cuts this takes 15 to 20 minutes on two cores; --program and --cuts make it shorter.
#   scripts/exact.sh [--program P] [--cuts 20] [--seed N] [--threads 1,2]
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/baton" exact --examples "$here/examples" "$@"
