# What perf recorded of a shell that ran one command, as lines of
#
#   start (us) | duration (us) | pid | tid | kind | name | value
#
# Kinds: "syscall" (value: the result), "fault" (a page fault), "away" (ready to run, but another program had the
# processor), "phase" (a part of ocirun's work by its --debug log), "process" (the time that a thread lives; value: who
# made it). Time begins when the shell's child executes the command.
#
#   awk -v shell_file=PATH [-v log_file=FILE] -f events.awk /usr/include/…/asm/unistd_64.h SCRIPT
#
# A line of the log is found again as the write of that many bytes: its phase ends with the write, and began where the
# phase before it ended in the same process.
function emit(start, stop, tid, kind, name, value) {
    printf "%.3f|%.3f|%d|%d|%s|%s|%s\n", start - zero, stop - start, process[tid], tid, kind, name, value
}
function phase(tid, time, name) {
    if (log_file == "") return
    emit(tid in phased ? phased[tid] : born[tid], time, tid, "phase", name, "")
    phased[tid] = time
}
function here(tid, time) {
    if (tid in away) emit(away[tid], time, tid, "away", "another program had the processor", "")
    delete away[tid]
}
function returned(tid, time, result) {
    emit(entered[tid], time, tid, "syscall", name[tid], result)
    delete entered[tid]
    if (mark[tid] != "") phase(tid, time, mark[tid])
    if (name[tid] == "execve" && result == 0) phase(tid, time, tid == command ? "execve" : "the program is executed")
    if (name[tid] == "execveat" && result == 0) phase(tid, time, "sealed: executed again from a read-only mount of itself")
}
BEGIN {
    if (log_file != "") while ((getline line < log_file) > 0) {
        bytes[++lines] = sprintf("%x,", length(line) + 1)
        match(line, /msg=("[^"]*"|[^ ]*)/)
        text[lines] = substr(line, RSTART + 4, RLENGTH - 4)
        gsub(/"/, "", text[lines])
        # The first line is the first thing that Main does.
        if (lines == 1) text[lines] = "the .NET runtime starts"
    }
    next_line = 1
}
FNR == NR { if ($1 == "#define" && sub(/^__NR_/, "", $2)) call[$3] = $2; next }
{ split($1, ids, "/"); tid = ids[2]; time = $3 * 1e6; event = $4 }
event == "sched:sched_switch:" && match($0, /next_pid=[0-9]+/) { here(substr($0, RSTART + 9, RLENGTH - 9), time) }
# All that happens on the machine comes in: the shell's descendants are what is asked for.
event == "sched:sched_process_fork:" && tid in ours { match($0, /child_pid=[0-9]+/); parent[substr($0, RSTART + 10, RLENGTH - 10)] = tid; ours[substr($0, RSTART + 10, RLENGTH - 10)] }
event == "sched:sched_process_exec:" && shell == "" && $0 ~ "filename=" shell_file " " { shell = tid; ours[tid] }
!(tid in ours) { next }
tid == shell {
    # The shell's wait4 returns: once for the command, and once for nothing.
    if (event == "raw_syscalls:sys_exit:" && $6 == 61 && command != "" && !over) {
        emit(last[command], time, command, "syscall", "(end of the process)", "")
        phase(command, time, "end of the process")
        over = 1
    }
    next
}
zero == "" { if (event != "raw_syscalls:sys_enter:" || $6 != 59) next; zero = time; command = tid }
!(tid in born) { born[tid] = time; process[tid] = ids[1] }
process[tid] == command { last[command] = time }
{ last[tid] = time }
{ here(tid, time) }
event == "sched:sched_switch:" && /prev_state=R/ { away[tid] = time }
event == "raw_syscalls:sys_enter:" {
    entered[tid] = time; name[tid] = call[$6]
    mark[tid] = $6 == 1 && next_line <= lines && $9 == bytes[next_line] ? text[next_line++] : ""
}
event == "raw_syscalls:sys_exit:" && tid in entered { returned(tid, time, $8) }
event == "exceptions:page_fault_user:" { emit(time, time, tid, "fault", "page fault", "") }
event == "sched:sched_process_exit:" && tid in entered { returned(tid, time, "") }
END { for (tid in born) emit(born[tid], last[tid], tid, "process", "", parent[tid]) }
