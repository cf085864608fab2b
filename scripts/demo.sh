#!/usr/bin/env bash
# Shows the main job: a relay of killed workers that ends as the unbroken run does.
#   scripts/demo.sh [--seed N] [--kills N] [--epochs N] [--store directory|drive]
exec "$(dirname "${BASH_SOURCE[0]}")/baton" demo "$@"
