#!/bin/sh
# Kills a coordinator with kill -9 under load and checks that nothing it acknowledged is lost.
exec "$(dirname "$0")/baton" crash "$@"
