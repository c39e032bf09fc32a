#!/usr/bin/env python3
"""Makes, uses and removes many containers in parallel, and compares the host before and after.

    tests/Faults/soak.py [--containers N] [--jobs N] [OCIRUN]

Each container: create, start, exec, kill, delete. Compared: the mount table, cgroups, processes, open files of the
kernel, /dev/shm, and what the kernel and cgroups keep in memory. As root, with busybox-static.
"""

import argparse
import concurrent.futures
import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


# What a container holds in the kernel, of /proc/meminfo.
MEMORY = ("Slab", "SUnreclaim", "KernelStack", "PageTables", "Percpu", "Shmem")


def cgroups():
    # cgroup v1 and v2 alike: every directory below /sys/fs/cgroup.
    return {directory for directory, _, _ in os.walk("/sys/fs/cgroup")}


def processes():
    found = {}
    for directory in glob.glob("/proc/[0-9]*"):
        try:
            found[int(os.path.basename(directory))] = pathlib.Path(directory, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:100]
        except OSError:
            pass
    return found


def memory():
    values = {}
    for line in open("/proc/meminfo"):
        name, value = line.split(":")
        values[name] = int(value.split()[0])
    return values


def snapshot():
    return {
        "mounts": set(pathlib.Path("/proc/self/mountinfo").read_text().splitlines()),
        "cgroups": cgroups(),
        "processes": processes(),
        "files": int(pathlib.Path("/proc/sys/fs/file-nr").read_text().split()[0]),
        "keys": len(pathlib.Path("/proc/keys").read_text().splitlines()),
        "memory": memory(),
    }


def make_bundle(runtime, bundle):
    rootfs = pathlib.Path(bundle, "rootfs")
    for name in ("bin", "dev", "etc", "proc", "sys", "tmp"):
        (rootfs / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", rootfs / "bin/busybox")
    for name in ("sh", "sleep", "true"):
        (rootfs / "bin" / name).symlink_to("busybox")
    subprocess.run([runtime, "spec", "--bundle", bundle], check=True)
    path = pathlib.Path(bundle, "config.json")
    config = json.loads(path.read_text())
    config["process"]["terminal"] = False
    config["process"]["args"] = ["sleep", "1000"]
    path.write_text(json.dumps(config))


def live(runtime, root, bundle, identity):
    def call(*words):
        done = subprocess.run([runtime, "--root", root, *words], stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=120)
        if done.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{' '.join(words)}: status {done.returncode}: {output.read().decode(errors='replace')}")
    with tempfile.TemporaryFile() as output:
        call("create", "--bundle", bundle, identity)
        call("start", identity)
        call("exec", identity, "/bin/true")
        call("kill", identity, "KILL")
        # The kernel may still be at work on the end of the init, which delete without --force would refuse.
        for _ in range(2000):
            done = subprocess.run([runtime, "--root", root, "state", identity], capture_output=True, timeout=120)
            if json.loads(done.stdout)["status"] == "stopped":
                break
            time.sleep(0.005)
        call("delete", identity)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--containers", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2 * os.cpu_count())
    parser.add_argument("runtime", nargs="?", default=str(pathlib.Path(__file__).resolve().parents[2] / "artifacts/ocirun"))
    arguments = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="ocirun-soak-")
    os.chmod(directory, 0o755)
    token = "soak" + os.path.basename(directory)[-8:].replace("_", "x")
    try:
        make_bundle(arguments.runtime, directory + "/bundle")
        # What the first containers make for all (caches of the kernel, the --root) is no leak.
        for number in range(5):
            live(arguments.runtime, directory + "/root", directory + "/bundle", f"{token}w{number}")
        before = snapshot()
        started = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            errors = [error for error in pool.map(attempt, [(arguments.runtime, directory, f"{token}c{number}") for number in range(arguments.containers)]) if error]
        seconds = time.monotonic() - started
        # The end of processes, mounts and cgroups is not over at once.
        deadline = time.monotonic() + 60
        while (problems := compare(before, after := snapshot(), token, directory)) and time.monotonic() < deadline:
            time.sleep(1)
        report(before, after)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    for problem in errors[:10] + problems:
        print(problem)
    print(f"{arguments.containers} containers, {arguments.jobs} at a time, {seconds:.0f} s: {len(errors)} errors, {len(problems)} differences")
    sys.exit(1 if errors or problems else 0)


def attempt(item):
    runtime, directory, identity = item
    try:
        live(runtime, directory + "/root", directory + "/bundle", identity)
    except Exception as error:
        return f"{identity}: {error}"
    return None


def compare(before, after, token, directory):
    problems = [f"mount: {line}" for line in after["mounts"] - before["mounts"] if directory in line]
    problems += [f"cgroup: {path}" for path in after["cgroups"] - before["cgroups"] if token in path]
    problems += [f"process {pid}: {text}" for pid, text in after["processes"].items() if pid not in before["processes"] and token in text]
    problems += [f"state: {name}" for name in os.listdir(directory + "/root")]
    # Others work on the machine too: these are told, and judged only where 1,000 containers would show.
    for name, limit in (("files", 500), ("keys", 100)):
        difference = after[name] - before[name]
        if difference > limit:
            problems.append(f"{name}: {difference} more")
    for name in MEMORY:
        difference = after["memory"].get(name, 0) - before["memory"].get(name, 0)
        if difference > 64 * 1024:
            problems.append(f"{name}: {difference} kB more")
    return problems


def report(before, after):
    for name in ("files", "keys"):
        print(f"{name}: {before[name]} before, {after[name]} after")
    for name in MEMORY:
        print(f"{name}: {before['memory'].get(name, 0)} kB before, {after['memory'].get(name, 0)} kB after")
    for name in ("mounts", "cgroups", "processes"):
        print(f"{name}: {len(before[name])} before, {len(after[name])} after")


main()
