#!/bin/sh
# Measures what Baton promises about speed: scripts/bench.sh snapshot|drive|… [--help]
# Every benchmark is a class in baton.proofs.bench; what they found is in docs/reference/benchmarks.md.
exec "$(dirname "$0")/baton" bench "$@"
