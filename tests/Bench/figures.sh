#!/bin/bash
# Puts the figures into a document: before each table stands the command that makes it, as
#
#   <!-- figures: tests/Bench/bench.sh 50 -->
#   …the table…
#   <!-- end -->
#
#   tests/Bench/figures.sh DOCUMENT [TEXT]     runs the commands of a document that contain TEXT; all of them without it
#
# The charts that a command draws are copied to docs/figures/. For an otherwise idle machine.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

document=$1 wanted=${2-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -o '^<!-- figures: .* -->$' "$document" | sed 's/^<!-- figures: \(.*\) -->$/\1/' | grep -F -- "$wanted" >"$work/commands"
while read -r line <&3; do
    echo "$line" >&2
    bash -c "$line" </dev/null | sed 's|^chart: artifacts/\(.*\)$|![\1](figures/\1)|' | cat -s >"$work/table"
    awk -v line="<!-- figures: $line -->" -v table="$work/table" '
        $0 == "<!-- end -->" { inside = 0 }
        !inside { print }
        $0 == line { inside = 1; while ((getline row < table) > 0) print row }' "$document" >"$work/document"
    cat "$work/document" >"$document"
done 3<"$work/commands"
mkdir -p docs/figures
for chart in $(grep -o '](figures/[a-z-]*\.svg)' "$document" | sed 's/.*figures\/\(.*\))/\1/'); do
    if [ -e "artifacts/$chart" ]; then cp "artifacts/$chart" docs/figures/; fi
done
