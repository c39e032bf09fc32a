# A config as the lines that limit.c reads: a keyword and its fields, separated by tabs.
#   jq -r --arg root ROOTFS --arg state DIR --arg seccomp FILE --arg cpus 0-1 --arg mems 0 --argjson cgroups '[DIR,…]' --argjson v2 false -f plan.jq CONFIG
def number: {"ro": 1, "nosuid": 2, "nodev": 4, "noexec": 8, "rbind": 16384, "relatime": 2097152, "strictatime": 16777216}[.];
def ignored: . == "bind" or . == "rprivate" or . == "private" or . == "rw";
def flags: map(number // 0) | add // 0;
def data: map(select(number == null and (ignored | not))) | join(",");
def capabilities: ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE",
    "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME",
    "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP"] as $all
    | map(.[4:] as $name | $all | index($name) | pow(2; .)) | add // 0;
def hex: if . < 16 then "0123456789abcdef"[. : . + 1] else (. / 16 | floor | hex) + (. % 16 | hex) end;
def namespace: {"pid": 536870912, "network": 1073741824, "ipc": 134217728, "uts": 67108864, "mount": 131072, "user": 268435456, "cgroup": 33554432}[.];
# The rules that every runtime adds for the standard devices.
def default_devices: ["c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm"];
def limits($directory): .linux.resources as $limits
    | ["memory", "memory.limit_in_bytes", $limits.memory.limit], ["cpu", "cpu.shares", $limits.cpu.shares],
      ["cpu", "cpu.cfs_period_us", $limits.cpu.period], ["cpu", "cpu.cfs_quota_us", $limits.cpu.quota], ["pids", "pids.max", $limits.pids.limit],
      ["cpuset", "cpuset.cpus", $cpus], ["cpuset", "cpuset.mems", $mems],
      ["devices", "devices.deny", "a"], (default_devices[] | ["devices", "devices.allow", .])
    | select(.[2] != null and ($directory | split("/") | .[-2]) == .[0]) | ["write", "\($directory)/\(.[1])", .[2]];
def limits_v2: .linux.resources as $limits
    | ["cpu", "cpu.weight", ($limits.cpu.shares | if . then 1 + ((. - 2) * 9999 / 262142 | floor) else . end)],
      ["cpu", "cpu.max", ($limits.cpu.quota | if . then "\(.) \($limits.cpu.period)" else . end)],
      ["memory", "memory.max", $limits.memory.limit], ["pids", "pids.max", $limits.pids.limit] | select(.[2] != null);
# On v2 the controllers come from the directory above, and the devices' rules are a program.
def cgroup_lines:
    if $v2 then ["cgroup2", $cgroups[0]], (limits_v2 | ["hand_on", ($cgroups[0] | sub("/[^/]*$"; "/cgroup.subtree_control")), .[0]],
            ["write", "\($cgroups[0])/\(.[1])", .[2]])
    else limits($cgroups[]), ($cgroups[] | ["cgroup", ., (split("/") | .[-2])]) end;
def lines:
    ["root", $root], ["state", $state], ["namespaces", ([.linux.namespaces[].type | namespace] | add | hex)],
    ["hostname", .hostname], ["program"] + .process.args, ["capabilities", (.process.capabilities.bounding | capabilities | hex)],
    (.linux.uidMappings // [] | .[] | ["uid_map", "\(.containerID) \(.hostID) \(.size)"]),
    (.process.rlimits // [] | .[] | select(.type == "RLIMIT_NOFILE") | ["rlimit", 7, .soft, .hard]),
    (select(.process.noNewPrivileges) | ["no_new_privs"]), (select(.root.readonly) | ["readonly"]),
    (select(.linux.seccomp and $seccomp != "") | ["seccomp", $seccomp]),
    cgroup_lines,
    (.mounts[] | if .type == "cgroup" and $v2 then ["mount", "cgroup2", "cgroup", .destination, (.options | flags), ""]
        elif .type == "cgroup" then ["cgroups", .destination]
        elif .type == "bind" then ["bind", .source, .destination, (.options | flags)]
        else ["mount", .type, .source, .destination, (.options // [] | flags), (.options // [] | data)] end),
    (.linux.readonlyPaths[] | ["readonly_path", .]), (.linux.maskedPaths[] | ["masked_path", .]);
lines | if .[0] == "program" then ["program", .[1]], (select(.[2]) | ["argument", .[2]]) else . end | map(tostring) | join("\t")
