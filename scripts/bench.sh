#!/bin/sh
# Measures what Baton promises about speed: scripts/bench.sh snapshot|drive|… [--help]
# Every benchmark is a class in baton.proofs.bench; docs/reference/benchmarks.md has the results.
exec "$(dirname "$0")/baton" bench "$@"
