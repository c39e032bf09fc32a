# Events (events.awk) as a trace in Chrome's format: a track for each process, its phases above its system calls, and its
# page faults as instants.
#   jq -R -s --arg command NAME -f trace.jq EVENTS
split("\n") | map(select(. != "") | split("|")
    | {start: (.[0] | tonumber), duration: (.[1] | tonumber), pid: (.[2] | tonumber), tid: (.[3] | tonumber), kind: .[4], name: .[5], value: .[6]})
| (map(select(.kind == "process" and .pid == .tid)) | min_by(.start).pid) as $first
| map({name, cat: .kind, ts: .start, pid, tid} + (
    if .kind == "process" then {ph: "M", ts: 0} + (
        if .pid != .tid then {name: "thread_name", args: {name: "the finalizer thread of .NET"}}
        else {name: "process_name", args: {name: (if .pid == $first then $command else "the container's process" end)}} end)
    elif .kind == "fault" then {ph: "i", s: "t"}
    else {ph: "X", dur: .duration, args: {result: .value}} end))
| {displayTimeUnit: "ms", traceEvents: .}
