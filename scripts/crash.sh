#!/bin/sh
# Kills a coordinator with kill -9 under load and looks whether all that it acknowledged is there.
exec "$(dirname "$0")/baton" crash "$@"
