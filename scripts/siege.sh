#!/bin/sh
# Attacks a coordinator in many ways while honest lease holders work, and judges what they saw.
#   scripts/siege.sh [--quick] [--seconds S] [--attacks A,B] [--schemathesis COMMAND] [--seed N]
set -e
here=$(dirname "$0")
"$here/baton" --help >/dev/null # builds what is missing
exec python3 "$here/siege/siege.py" "$@"
