# Divides the wall time of one recorded command (events.awk) by cause, and prints for each: cause | calls | faults | us.
#
#   perl causes.pl EVENTS
#
# Every moment is counted once, as what the command waits for then: its own process until that waits for another one,
# then the newest process that does not wait itself. The time of a page fault is in the code that has it.
use strict;
use warnings;

my @kernel = (
    [qr/^(clone3?|v?fork|setns|unshare)$/, "50 kernel: clone, with the namespaces"],
    [qr/^(mount|umount2|open_tree|move_mount|fsopen|fsconfig|fsmount|mount_setattr|pivot_root)$/, "51 kernel: mounts, pivot_root"],
    [qr/^mkdir(at)?$/, "52 kernel: mkdir, of cgroups above all"],
    [qr/^(rmdir|unlink|unlinkat)$/, "53 kernel: rmdir of cgroups, unlink"],
    [qr/^execve/, "54 kernel: execve of the container's program"],
    [qr/^p?write/, "55 kernel: write: cgroup files, records, messages"],
    [qr/^(open|openat2?|close|close_range)$/, "56 kernel: open, close"],
    [qr/^(p?read(64|link|linkat)?|.*stat.*|f?access.*|getdents64|lseek)$/, "57 kernel: read, stat"],
    [qr/^(prctl|capset|capget|set.*[ug]id|setgroups|prlimit64|setrlimit|seccomp)$/, "58 kernel: capabilities, ids, limits, seccomp"],
    [qr/^(mknod|symlink|f?chmod|f?chown|mkfifo)/, "59 kernel: devices, links"],
    [qr/^(brk|m(map|unmap|protect|advise))$/, "60 kernel: mmap, munmap, mprotect"],
);

my (@edges, %call, %away, %alive, %executed, @newest, $command, $sealed, $has_main);
while (<>) {
    chomp;
    my ($start, $duration, $pid, $tid, $kind, $name, $value) = split /\|/, $_, 7;
    my $end = $start + $duration;
    if ($kind eq "phase") {
        $has_main = push @edges, [$end, 0, "main"] if $name eq "the .NET runtime starts";
        next;
    }
    if ($kind eq "process") {
        next if $pid != $tid; # the runtime's second thread does nothing
        $command //= $pid;
        push @newest, [$start, $pid] if $pid != $command;
    }
    next if $pid != $tid;
    $sealed = 1 if $name eq "execveat";
    push @edges, [$start, 1, "$kind begins", $tid, $name];
    push @edges, [$end, 0, "$kind ends", $tid, $name, $value] if $kind ne "fault";
}
@newest = map { $_->[1] } sort { $b->[0] <=> $a->[0] } @newest;

my ($stage, $now, $ended, %spent, %calls, %faults) = ("start", 0, 0);

sub waits {
    my ($tid) = @_;
    return 0 unless defined $call{$tid};
    return $call{$tid} =~ /^(poll|ppoll|recvmsg|recvfrom|wait4|waitid)$/ || ($call{$tid} eq "read" && $tid != $command);
}

sub cause {
    my ($tid) = @_;
    my $name = $call{$tid};
    if ($tid == $command) {
        return "92 end of the runtime's process" if defined $name && $name =~ /^\(|^exit/;
        return "10 execve of the runtime" if $stage eq "start";
        return "20 sealing: the first start, six calls and the second execve" if $stage eq "first" && $sealed;
        return "30 start of the .NET runtime, to the first line of Main" if $stage ne "main" && $has_main;
    }
    return "80 the container's program" if $executed{$tid};
    return $tid == $command ? "40 own code" : "41 own code in the new process" unless defined $name;
    $name =~ $_->[0] and return $_->[1] for @kernel;
    return "61 kernel: other calls";
}

for my $edge (sort { $a->[0] <=> $b->[0] || $a->[1] <=> $b->[1] } @edges) {
    my ($time, $begins, $kind, $tid, $name, $value) = @$edge;
    if ($time > $now) {
        my $who = $command;
        if (waits($command)) {
            my @busy = grep { $alive{$_} && !waits($_) } @newest;
            $who = @busy ? $busy[0] : undef;
        }
        my $what = defined $who ? ($away{$who} ? "99 another program had the processor" : cause($who))
            : $ended ? "91 end of the container: its namespaces, waking the runtime"
            : "90 one process woken by another";
        $spent{$what} += $time - $now;
        $now = $time;
    }
    if ($kind eq "main") { $stage = "main" }
    elsif ($kind eq "process begins") { $alive{$tid} = 1 }
    elsif ($kind eq "process ends") { $alive{$tid} = 0; $ended = 1 if $tid != $command }
    elsif ($kind eq "away begins") { $away{$tid} = 1 }
    elsif ($kind eq "away ends") { delete $away{$tid} }
    elsif ($kind eq "fault begins") { $faults{cause($tid)}++ }
    elsif ($kind eq "syscall begins") { $call{$tid} = $name; $calls{cause($tid)}++ }
    elsif ($kind eq "syscall ends") {
        delete $call{$tid};
        if ($name =~ /^execve/ && $value eq "0") {
            if ($tid != $command) { $executed{$tid} = 1 }
            else { $stage = $stage eq "start" ? "first" : "second" }
        }
    }
}
printf "%s|%d|%d|%.3f\n", $_, $calls{$_} // 0, $faults{$_} // 0, $spent{$_} // 0 for sort keys %{{%spent, %calls, %faults}};
