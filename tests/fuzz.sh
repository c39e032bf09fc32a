#!/bin/bash
# The fuzz tests of the unit lane, N times as long and with new seeds (a failure prints its own):
#
#   tests/fuzz.sh [N]     N: 100 if not given
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export OCIRUN_FUZZ=${1:-100}
for project in OciRuntime.Spec.Tests OciRuntime.Container.Tests; do
    dotnet build "tests/$project" -v quiet --nologo
    dotnet test "tests/$project" --no-build --nologo --filter "FullyQualifiedName~.FuzzTests"
done
