#!/usr/bin/env python3
"""Fails every system call of create, start, exec and delete in turn, with strace's fault injection.

    tests/Faults/sweep.py [--errors ENOSPC,EMFILE,...] [--commands create,...] [--every N] [--rotate] [OCIRUN]

Whatever fails, in the runtime or in the process that becomes the container: the command ends in time, with success or
with a readable error, and after `delete --force` the host has nothing of the container. As root, on a machine with
strace and busybox-static; a full sweep takes an hour or two. tests/Integration/FaultsTests.cs is a sample of it.
"""

import argparse
import collections
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# How a process ends and returns from a signal; and close(2), which frees the descriptor whatever it returns: strace's does not.
SPARED = {"exit", "exit_group", "rt_sigreturn", "restart_syscall", "close"}
# The first execve is strace's own.
FIRST = {"execve": 2}
# Calls with which the language runtime starts; it has its own ways to end when they fail, and nothing is made by then.
RUNTIME = {"brk", "mmap", "mprotect", "madvise", "munmap", "rseq", "rt_sigaction", "futex", "arch_prctl", "set_tid_address", "set_robust_list", "prlimit64", "sysinfo", "sched_getaffinity", "membarrier"}
LIMIT = 60


class Broken(Exception):
    """A command failed that nothing was done to."""


class Sweep:
    def __init__(self, runtime, directory):
        self.runtime = runtime
        self.token = "flt" + os.path.basename(directory).replace("-", "").replace("_", "")
        self.root = directory + "/root"
        self.bundle = directory + "/bundle"
        self.trace = directory + "/trace"
        self.failures = []
        self.counts = collections.Counter()
        self.make_bundle()

    def make_bundle(self):
        rootfs = pathlib.Path(self.bundle, "rootfs")
        for name in ("bin", "dev", "etc", "proc", "sys", "tmp"):
            (rootfs / name).mkdir(parents=True)
        shutil.copy("/bin/busybox", rootfs / "bin/busybox")
        for name in ("sh", "sleep", "true"):
            (rootfs / "bin" / name).symlink_to("busybox")
        subprocess.run([self.runtime, "spec", "--bundle", self.bundle], check=True)
        path = pathlib.Path(self.bundle, "config.json")
        config = json.loads(path.read_text())
        config["process"]["terminal"] = False
        config["process"]["args"] = ["sleep", "1000"]
        config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["swapon"], "action": "SCMP_ACT_ERRNO"}]}
        config["linux"].setdefault("sysctl", {})["net.ipv4.ip_forward"] = "1"
        config["linux"].setdefault("resources", {})["pids"] = {"limit": 100}
        path.write_text(json.dumps(config))

    def words(self, command, identity):
        tail = {
            "create": ["create", "--bundle", self.bundle, "--pid-file", self.bundle + "/pid", identity],
            "run": ["run", "--detach", "--bundle", self.bundle, identity],
            "start": ["start", identity],
            "exec": ["exec", identity, "/bin/true"],
            "kill": ["kill", identity, "KILL"],
            "state": ["state", identity],
            "delete": ["delete", "--force", identity],
        }[command]
        return [self.runtime, "--root", self.root, *tail]

    def call(self, words, **keywords):
        """Runs to the end; output in files, since a container inherits it. None: it hangs."""
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **keywords)
            try:
                status = process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                state = self.describe(process.pid)
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                process.wait()
                return None, state
            output.seek(0)
            return status, output.read().decode("utf-8", "replace")

    @staticmethod
    def describe(pid):
        def read(name):
            try:
                return pathlib.Path(f"/proc/{pid}/{name}").read_text()
            except OSError as error:
                return str(error)
        return f"hangs: {read('wchan')} {read('syscall')}"

    def prepare(self, command, identity):
        if command in ("create", "run"):
            return
        for step in ("create",) if command == "start" else ("create", "start"):
            status, output = self.call(self.words(step, identity))
            if status != 0:
                raise Broken(f"{step} without a fault: status {status}: {output}")

    def clean(self, identity):
        status, output = self.call(self.words("delete", identity))
        if status != 0:
            return f"delete --force: status {status}: {output}"
        deadline = time.monotonic() + 15
        while left := self.left(identity):
            if time.monotonic() > deadline:
                return "left: " + ", ".join(left)
            time.sleep(0.02)
        return None

    def left(self, identity):
        found = [f"{self.root}/{name}" for name in os.listdir(self.root) if identity in name] if os.path.isdir(self.root) else []
        found += glob.glob(f"/sys/fs/cgroup/{identity}") + glob.glob(f"/sys/fs/cgroup/*/{identity}")
        with open("/proc/self/mountinfo") as mounts:
            found += [line.split()[4] for line in mounts if self.bundle in line]
        return found + [f"process {pid} {name}" for pid, name in self.processes(identity)]

    @staticmethod
    def processes(identity):
        for directory in glob.glob("/proc/[0-9]*"):
            try:
                arguments = pathlib.Path(directory, "cmdline").read_bytes()
                cgroups = pathlib.Path(directory, "cgroup").read_text(errors="replace")
                state = pathlib.Path(directory, "stat").read_text(errors="replace").rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            # strace itself goes when its last tracee does.
            if state != "Z" and not arguments.startswith(b"strace") and (identity in cgroups or identity.encode() in arguments.split(b"\0")):
                yield int(os.path.basename(directory)), arguments.replace(b"\0", b" ").decode(errors="replace")[:60]

    def clear(self, identity):
        """What a problem has left must not be taken for the next one's."""
        for pid, _ in list(self.processes(identity)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.5)
        for directory in glob.glob(f"/sys/fs/cgroup/{identity}") + glob.glob(f"/sys/fs/cgroup/*/{identity}"):
            try:
                os.rmdir(directory)
            except OSError:
                pass
        shutil.rmtree(f"{self.root}/{identity}", ignore_errors=True)

    def calls(self, command):
        """(name, ordinal) of every call that the command's processes make; ordinals count in one process."""
        identity = self.token + "t"
        self.prepare(command, identity)
        status, output = self.call(["strace", "-D", "-f", "-qq", "-o", self.trace, *self.words(command, identity)])
        if status != 0:
            raise Broken(f"{command} under strace: status {status}: {output}")
        if problem := self.clean(identity):
            raise Broken(problem)
        counts = collections.Counter()
        found = []
        for line in open(self.trace, errors="replace"):
            match = re.match(r"(\d+) +(\w+)\(", line)
            if not match or match[2] in SPARED:
                continue
            counts[match[1], match[2]] += 1
            call = match[2], counts[match[1], match[2]]
            if call[1] >= FIRST.get(match[2], 1) and call not in found:
                found.append(call)
        return found

    def inject(self, command, name, ordinal, error, number):
        identity = f"{self.token}x{number}"
        try:
            self.prepare(command, identity)
        except Broken as broken:
            self.report(command, name, ordinal, error, str(broken))
            self.clear(identity)
            return
        status, output = self.call(
            ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:error={error}:when={ordinal}", *self.words(command, identity)])
        problem = None
        if status is None:
            problem = output
        elif status == 0:
            self.counts["went on"] += 1
        elif "nhandled" in output or "\n   at " in output:
            problem = f"status {status}: {output}"
        elif status < 0 or not output.strip():
            # .NET ends with 255 and without a word when it cannot begin: nothing has been made yet.
            problem = None if name in RUNTIME or status == 255 else f"status {status}: {output or 'no word'}"
            self.counts["failed"] += problem is None
        else:
            self.counts["failed"] += 1
        cleaning = self.clean(identity)
        for text in (problem, cleaning):
            if text:
                self.report(command, name, ordinal, error, text)
        if cleaning:
            self.clear(identity)

    def report(self, command, name, ordinal, error, text):
        self.failures.append((command, name, ordinal, error, text))
        print(f"{command}: {name} #{ordinal} {error}: {text.strip()[:600]}", flush=True)

    def run(self, commands, errors, every, rotate):
        """The last line says how far it came, whatever ended it."""
        number = 0
        try:
            for command in commands:
                calls = self.calls(command)
                print(f"{command}: {len(calls)} calls", flush=True)
                for index, (name, ordinal) in enumerate(calls):
                    if index % every:
                        continue
                    for error in [errors[index // every % len(errors)]] if rotate else errors:
                        self.inject(command, name, ordinal, error, number)
                        number += 1
        except BaseException as reason:
            self.report("sweep", "ended", number, "early", f"{type(reason).__name__}: {reason}")
            raise
        finally:
            self.summarize(number)

    def summarize(self, number):
        print(f"{number} faults: {self.counts['failed']} failed with an error, {self.counts['went on']} went on, {len(self.failures)} problems", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--errors", default="ENOSPC,EMFILE,ENOMEM,EPERM,ENOSYS")
    parser.add_argument("--commands", default="create,start,exec,delete")
    parser.add_argument("--every", type=int, default=1, help="only each Nth call")
    parser.add_argument("--rotate", action="store_true", help="one of the errors for each call, in turn, instead of all")
    parser.add_argument("runtime", nargs="?", default=str(pathlib.Path(__file__).resolve().parents[2] / "artifacts/ocirun"))
    arguments = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="ocirun-faults-")
    os.chmod(directory, 0o755)
    sweep = Sweep(arguments.runtime, directory)
    # So that an end from outside is told, too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        sweep.run(arguments.commands.split(","), arguments.errors.split(","), arguments.every, arguments.rotate)
    finally:
        shutil.rmtree(directory)
    sys.exit(1 if sweep.failures else 0)


main()
