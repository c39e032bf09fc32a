namespace OciRuntime.Spec.Tests;

/// <summary>Documents with every property of the specification, in the order in which they are written.</summary>
internal static class Complete
{
    public const string Config = """
        {
          "ociVersion": "1.3.0",
          "process": {
            "terminal": true,
            "consoleSize": { "height": 24, "width": 80 },
            "user": { "uid": 1, "gid": 2, "umask": 18, "additionalGids": [3, 4], "username": "me" },
            "args": ["sleep", "1"],
            "commandLine": "sleep 1",
            "env": ["A=b", "C=é\"\\\u001b<>&'\ud83d\ude00"],
            "cwd": "/tmp",
            "capabilities": {
              "bounding": ["CAP_KILL"], "effective": ["CAP_CHOWN"], "inheritable": [], "permitted": ["CAP_FOWNER"], "ambient": ["CAP_SETUID"]
            },
            "rlimits": [{ "type": "RLIMIT_NOFILE", "hard": 18446744073709551615, "soft": 1 }],
            "noNewPrivileges": true,
            "apparmorProfile": "profile",
            "oomScoreAdj": -5,
            "scheduler": { "policy": "SCHED_DEADLINE", "nice": -1, "priority": 0, "flags": ["SCHED_FLAG_RECLAIM"], "runtime": 1, "deadline": 2, "period": 3 },
            "selinuxLabel": "label",
            "ioPriority": { "class": "IOPRIO_CLASS_BE", "priority": 4 },
            "execCPUAffinity": { "initial": "0", "final": "1-2" }
          },
          "root": { "path": "rootfs", "readonly": true },
          "hostname": "host",
          "domainname": "domain",
          "mounts": [{
            "destination": "/mnt", "type": "none", "source": "/src", "options": ["bind", "idmap"],
            "uidMappings": [{ "containerID": 0, "hostID": 1, "size": 2 }],
            "gidMappings": [{ "containerID": 3, "hostID": 4, "size": 5 }]
          }],
          "hooks": {
            "prestart": [{ "path": "/a", "args": ["a", "b"], "env": ["X=y"], "timeout": 5 }],
            "createRuntime": [{ "path": "/b" }],
            "createContainer": [{ "path": "/c" }],
            "startContainer": [{ "path": "/d" }],
            "poststart": [{ "path": "/e" }],
            "poststop": [{ "path": "/f" }]
          },
          "annotations": { "com.example.key": "value", "": "" },
          "linux": {
            "uidMappings": [{ "containerID": 0, "hostID": 4294967295, "size": 1 }],
            "gidMappings": [{ "containerID": 0, "hostID": 1, "size": 1 }],
            "sysctl": { "net.core.somaxconn": "256" },
            "resources": {
              "devices": [{ "allow": false, "type": "c", "major": 10, "minor": 229, "access": "rwm" }],
              "memory": {
                "limit": -1, "reservation": 1, "swap": 2, "kernel": 3, "kernelTCP": 4, "swappiness": 5,
                "disableOOMKiller": false, "useHierarchy": true, "checkBeforeUpdate": false
              },
              "cpu": { "shares": 1, "quota": -2, "burst": 3, "period": 4, "realtimeRuntime": -5, "realtimePeriod": 6, "cpus": "0", "mems": "1", "idle": 1 },
              "pids": { "limit": 0 },
              "blockIO": {
                "weight": 10, "leafWeight": 11,
                "weightDevice": [{ "major": 8, "minor": 0, "weight": 500, "leafWeight": 300 }],
                "throttleReadBpsDevice": [{ "major": 8, "minor": 0, "rate": 1 }],
                "throttleWriteBpsDevice": [{ "major": 8, "minor": 1, "rate": 2 }],
                "throttleReadIOPSDevice": [{ "major": 8, "minor": 2, "rate": 3 }],
                "throttleWriteIOPSDevice": [{ "major": 8, "minor": 3, "rate": 4 }]
              },
              "hugepageLimits": [{ "pageSize": "2MB", "limit": 9223372036854775808 }],
              "network": { "classID": 1, "priorities": [{ "name": "eth0", "priority": 500 }] },
              "rdma": { "mlx5_1": { "hcaHandles": 1, "hcaObjects": 2 } },
              "unified": { "memory.high": "1" }
            },
            "cgroupsPath": "/a/b",
            "namespaces": [{ "type": "pid", "path": "/proc/1/ns/pid" }, { "type": "mount" }],
            "devices": [{ "path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 1 }],
            "netDevices": { "eth0": { "name": "eth1" } },
            "seccomp": {
              "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86"], "flags": ["SECCOMP_FILTER_FLAG_LOG"],
              "listenerPath": "/run/agent", "listenerMetadata": "meta",
              "syscalls": [{
                "names": ["read"], "action": "SCMP_ACT_TRACE", "errnoRet": 1,
                "args": [{ "index": 5, "value": 18446744073709551615, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ" }]
              }]
            },
            "rootfsPropagation": "slave",
            "maskedPaths": ["/proc/kcore"],
            "readonlyPaths": ["/proc/sys"],
            "mountLabel": "label",
            "intelRdt": { "closID": "group", "schemata": ["L3:0=f"], "l3CacheSchema": "L3:0=7", "memBwSchema": "MB:0=20", "enableMonitoring": true },
            "memoryPolicy": { "mode": "MPOL_BIND", "nodes": "0-1", "flags": ["MPOL_F_STATIC_NODES"] },
            "personality": { "domain": "LINUX32", "flags": ["X"] },
            "timeOffsets": { "monotonic": { "secs": -1, "nanosecs": 999999999 } }
          },
          "solaris": {"milestone":"x"},
          "windows": {"layerFolders":["C:\\\\x"]},
          "vm": {},
          "zos": {"namespaces":[]},
          "freebsd": {"jail":{"vnet":"new"}}
        }
        """;

    public const string Features = """
        {
          "ociVersionMin": "1.0.0",
          "ociVersionMax": "1.3.0",
          "hooks": ["prestart"],
          "mountOptions": ["ro"],
          "linux": {
            "namespaces": ["pid"],
            "capabilities": ["CAP_KILL"],
            "cgroup": { "v1": true, "v2": false, "systemd": true, "systemdUser": false, "rdma": true },
            "seccomp": { "enabled": true, "actions": ["a"], "operators": ["b"], "archs": ["c"], "knownFlags": ["d"], "supportedFlags": [] },
            "apparmor": { "enabled": true },
            "selinux": { "enabled": false },
            "intelRdt": { "enabled": true, "schemata": false, "monitoring": true },
            "memoryPolicy": { "modes": ["e"], "flags": ["f"] },
            "mountExtensions": { "idmap": { "enabled": true } },
            "netDevices": { "enabled": true }
          },
          "annotations": { "g": "h" },
          "potentiallyUnsafeConfigAnnotations": ["i."]
        }
        """;

    public const string ContainerProcessState = """
        {
          "ociVersion": "1.3.0",
          "fds": ["seccompFd"],
          "pid": 4422,
          "metadata": "meta",
          "state": { "ociVersion": "1.3.0", "id": "c", "status": "creating", "pid": 4422, "bundle": "/b", "annotations": { "k": "v" } }
        }
        """;
}
