#!/bin/sh
# Trains lipnet for real, and prints how well it reads people it has never seen. Last line:
#   LIPNET OK wer=<x> minutes=<y>
# or LIPNET FAILED <why>, exit 1. Options: scripts/lipnet.sh --help
set -eu
cd "$(dirname "$0")/.."
mvn -B -ntp -q -pl scripts -am compile dependency:build-classpath \
  -Dmdep.outputFile=target/classpath -Dmdep.includeScope=runtime
# Two OpenMP threads that wait actively cost more than they help.
export OMP_WAIT_POLICY=passive
exec java -Xmx1g -Djava.awt.headless=true \
  -Dlogback.configurationFile=baton/scripts/lipnet/logback.xml \
  -cp "scripts/target/classes:$(cat scripts/target/classpath)" \
  baton.scripts.lipnet.LipNetMain "$@"
