# Whether a file is a trace that viewers read, with what is expected in it: says what, or fails.
def check(condition; message): if condition then . else error(message) end;
.traceEvents
| check(type == "array" and length > 0; "traceEvents is not a list of events")
| (.[] | check(has("ph") and has("ts") and has("pid") and has("tid") and has("name"); "an event without ph, ts, pid, tid or name: \(.)")
    | check((.ts | type == "number") and .ts >= 0 and (.pid | type == "number") and (.tid | type == "number"); "not a number: \(.)")
    | check(.ph != "X" or ((.dur | type == "number") and .dur >= 0); "no duration: \(.)") | empty),
  # What is on one track must lie within one another, or a viewer draws it wrong: 0.001 is the last digit printed.
  (group_by([.pid, .tid])[] | map(select(.ph == "X")) | sort_by([.ts, -.dur]) | reduce .[] as $event ([];
    . as $open | ([$open[] | select(.ts + .dur > $event.ts + 0.002)]
        | check(all(.ts + .dur >= $event.ts + $event.dur - 0.002); "\($event) overlaps \(.)")) + [$event]) | empty),
  ([.[] | select(.cat == "phase") | .tid] | unique | check(length >= 2; "phases on fewer than two tracks") | empty),
  "\(length) events, \(map(.tid) | unique | length) tracks, \(map(select(.cat == "phase")) | length) phases, \(map(select(.cat == "syscall")) | length) system calls, \(map(select(.cat == "fault")) | length) page faults"
