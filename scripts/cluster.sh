#!/usr/bin/env bash
# Three coordinators on a real PostgreSQL, killed, frozen, restarted and cut off from one another
# under load; then an independent checker judges what the clients saw.
#   scripts/cluster.sh [--kills N] [--seed S]
set -euo pipefail
baton=$(cd "$(dirname "$0")" && pwd)/baton
"$baton" --help >/dev/null # builds what is missing, while there is still a network

# A separate network, in which hosts can be created and cut off without touching the machine's.
if command -v ip >/dev/null && unshare --net --mount true 2>/dev/null; then
  exec unshare --net --mount --propagation private bash -c '
    mkdir -p /run/netns && mount -t tmpfs none /run/netns && exec "$@"' \
    bash "$baton" cluster --namespaces "$@"
fi
exec "$baton" cluster "$@"
