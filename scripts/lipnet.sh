#!/bin/sh
# Trains lipnet for real, and prints how well it reads unseen speakers. Last line:
#   LIPNET OK wer=<x> minutes=<y>
# or LIPNET FAILED <why>, exit 1. Options: scripts/lipnet.sh --help
exec "$(dirname "$0")/baton" lipnet "$@"
