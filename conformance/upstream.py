#!/usr/bin/python3
"""Runs the validation programs of opencontainers/runtime-tools with one or more runtimes, and writes a table.

    conformance/upstream.py SUITE RUNTIME[:OPTION]... [-o FILE.md]

SUITE is a clone in which "make runtimetest validation-executables" was run; README.md says more. OPTIONs of a runtime:

    oci-version=V   write V for the config's ociVersion: for a runtime that refuses the suite's
    no-cgroup2      without the cgroup v2 mount of a hybrid host: for a runtime that takes such a host for v2

Everything happens one after the other in private mount namespaces, with bundles on a file system of its own there.
Exit status: 0 when the first runtime has no failure that README.md does not list, 1 when it has, 2 for a wrong
command line, 3 when the suite is not there or not built, 4 when this machine cannot run it.
"""

import argparse
import glob
import json
import os
import platform
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CGROUPS = "/sys/fs/cgroup"
SUITES_CGROUPS = ("cgrouptest", "testdir")  # fixed names of the suite; a program that fails leaves them behind
# In the order of their numbers.
CAPABILITIES = ["CAP_" + name for name in """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
    LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE
    SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
    MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()]
NO_FAILURE, FAILURE, NO_SUITE, NO_MACHINE = 0, 1, 3, 4


def die(status, message):
    print(f"upstream.py: {message}", file=sys.stderr)
    sys.exit(status)


class Runtime:
    """A runtime's executable and how the suite has to be bent for it."""

    def __init__(self, argument):
        path, *options = argument.split(":")
        self.argument = argument
        self.path = shutil.which(path) or die(2, f"there is no runtime {path}")
        self.path = os.path.abspath(self.path)
        self.name = os.path.basename(path)
        self.oci_version = None
        self.no_cgroup2 = False
        for option in options:
            if option.startswith("oci-version="):
                self.oci_version = option.split("=", 1)[1]
            elif option == "no-cgroup2":
                self.no_cgroup2 = True
            else:
                die(2, f"{argument}: there is no option {option}")
        text = subprocess.run([self.path, "--version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"\d+\.\d+\S*", text)
        self.title = f"{self.name} {found.group() if found else ''}".strip()


class Outcome:
    """What one program said about one runtime: counts of assertions, and the text of each failure."""

    def __init__(self, tap, stderr, status):
        self.passed = self.skipped = 0
        self.failures = []
        description = None  # of the assertion that a diagnostic would belong to
        lines = iter(tap.split("\n"))
        for line in lines:
            assertion = re.match(r"(not )?ok\b(?: \d+)?(?: -)? ?(.*)", line)
            if assertion:
                description = assertion.group(2)
                if re.search(r"#\s*skip\b", description, re.I):
                    self.skipped += 1
                elif assertion.group(1):
                    self.failures.append(description)
                else:
                    self.passed += 1
            elif line.strip() == "---":
                error = self._diagnostic(lines).get("error")
                # A block of no assertion is all that the hook programs print; its "error" is their "not ok".
                if error and description is None:
                    self.failures.append(error)
                description = None
        if status != 0:
            self.failures.append(" ".join(stderr.split("\n")[-6:]).strip() or f"ended with status {status}")
        elif not self.passed and not self.failures and not self.skipped:
            self.passed = 1

    @staticmethod
    def _diagnostic(lines):
        text = []
        for line in lines:
            if line.strip() == "...":
                break
            text.append(line)
        try:
            value = json.loads("\n".join(text))
        except ValueError:
            # YAML that is not JSON; the keys that matter are plain scalars.
            value = dict(m.groups() for m in (re.match(r"\s*\"?(\w+)\"?:\s*\"?(.*?)\"?,?$", line) for line in text) if m)
        return value if isinstance(value, dict) else {}


# ---------------------------------------------------------------------------------------------- inside the namespace


def adapt(arguments):
    """Rewrites a bundle's config where the machine or the runtime cannot have what the suite wrote there."""
    oci_version, lacking, bundle = arguments
    path = os.path.join(bundle, "config.json")
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    if oci_version and config.get("ociVersion") == "1.3.0":
        config["ociVersion"] = oci_version
    for names in (config.get("process") or {}).get("capabilities", {}).values():
        names[:] = [name for name in names if name not in lacking.split(",")]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)


def lacking_capabilities():
    """The capabilities that even this process, root, does not have, so that no runtime can give them."""
    with open("/proc/self/status", encoding="ascii") as file:
        mask = int(re.search(r"CapBnd:\s*(\w+)", file.read()).group(1), 16)
    return [name for number, name in enumerate(CAPABILITIES) if not mask & 1 << number]


def wrapper(work, runtime, lacking):
    """The program that the suite gets to see as the runtime: with a state directory of its own."""
    path = os.path.join(work, "runtime")
    change = ""
    if runtime.oci_version or lacking:
        change = f"""
if [ "$1" = create ]; then
    bundle=.
    previous=
    for argument; do
        case $previous in --bundle | -b) bundle=$argument ;; esac
        previous=$argument
    done
    [ -f "$bundle/config.json" ] && '{sys.executable}' '{os.path.join(HERE, "upstream.py")}' --adapt '{runtime.oci_version or ""}' '{",".join(lacking)}' "$bundle"
fi"""
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh{change}\nexec '{runtime.path}' --root '{work}/root' \"$@\"\n")
    os.chmod(path, 0o755)
    return path


def private_cgroups(directory, without_cgroup2, controllers=()):
    """Gives this mount namespace a /sys/fs/cgroup of its own: the host's is one file system for everybody."""
    if os.path.exists(f"{CGROUPS}/cgroup.controllers"):
        return
    os.mkdir(directory)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", directory], check=True)
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [(line.split()[4], line.split(" - ")[1].split()[0]) for line in file]
    for point, kind in mounts:
        if os.path.dirname(point) == CGROUPS and (kind == "cgroup" or kind == "cgroup2" and not without_cgroup2):
            os.mkdir(os.path.join(directory, os.path.basename(point)))
            subprocess.run(["mount", "--bind", point, os.path.join(directory, os.path.basename(point))], check=True)
    for controller in controllers:
        target = os.path.join(directory, controller)
        if not os.path.isdir(target):
            os.mkdir(target)
            if subprocess.run(["mount", "-t", "cgroup", "-o", controller, "cgroup", target], check=False).returncode != 0:
                os.rmdir(target)
    subprocess.run(["mount", "--move", directory, CGROUPS], check=True)
    os.rmdir(directory)


def without_cgroup2(command):
    """Runs a command where the cgroup v2 mount of a hybrid host is not seen; this process has a mount namespace of its own."""
    directory = tempfile.mkdtemp()
    private_cgroups(os.path.join(directory, "cgroup"), True)
    os.rmdir(directory)
    os.execvp(command[0], command)


def clean_up(runtime, work):
    """Takes away what a program left: containers, and the suite's cgroups."""
    root = os.path.join(work, "root")
    for container in sorted(os.listdir(root)) if os.path.isdir(root) else []:
        subprocess.run([runtime.path, "--root", root, "delete", "--force", container], capture_output=True, timeout=60)
    for name in SUITES_CGROUPS:
        for top in glob.glob(f"{CGROUPS}/**/{name}", recursive=True):
            for directory, _, _ in os.walk(top, topdown=False):
                try:
                    os.rmdir(directory)
                except OSError:
                    pass  # a process in it has not ended yet: the next program's clean-up has another try


def run_inside(arguments):
    """The whole suite with one runtime; this process has a mount namespace of its own."""
    suite, argument, results, work, limit, controllers, *programs = arguments
    runtime = Runtime(argument)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", work], check=True)
    # Runtimes give their stdio to the container's user, and some programs have them on /dev/null.
    null = os.path.join(work, "null")
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    os.chmod(null, 0o666)
    subprocess.run(["mount", "--bind", null, "/dev/null"], check=True)
    private_cgroups(os.path.join(work, "cgroup"), runtime.no_cgroup2, [name for name in controllers.split(",") if name])
    temporary = os.path.join(work, "tmp")
    os.mkdir(temporary, 0o755)
    environment = dict(os.environ, TMPDIR=temporary, RUNTIME=wrapper(work, runtime, lacking_capabilities()))
    for number, program in enumerate(programs, 1):
        print(f"\r{runtime.name}: {number} of {len(programs)} {program:45}", end="", file=sys.stderr, flush=True)
        output = os.path.join(results, program)
        with open(f"{output}.tap", "wb") as tap, open(f"{output}.err", "wb") as err, open("/dev/null", "rb") as empty:
            process = subprocess.Popen([os.path.join(suite, "validation", program, f"{program}.t")], cwd=suite, env=environment,
                                       stdin=empty, stdout=tap, stderr=err, start_new_session=True)
            try:
                status = process.wait(int(limit))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                status = 124
                err.write(f"\nno end after {limit} s\n".encode())
        with open(f"{output}.status", "w", encoding="ascii") as file:
            file.write(str(status))
        clean_up(runtime, work)
        shutil.rmtree(temporary, ignore_errors=True)
        os.makedirs(temporary, 0o755, exist_ok=True)
    print(file=sys.stderr)


# --------------------------------------------------------------------------------------------------- the table


def listed():
    """README.md's tables of what cannot be satisfied: program, text of the failure, reason."""
    rows = []
    with open(os.path.join(HERE, "README.md"), encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if line.startswith("| `") and len(cells) == 3:
                texts = re.findall(r"`([^`]+)`", cells[1])
                rows += [(program, text, cells[2]) for program in re.findall(r"`([^`]+)`", cells[0]) for text in texts]
    return rows


def reason(rows, program, failure):
    return next((why for name, text, why in rows if name == program and text in failure), None)


def cell(outcome, rows, program):
    counts = f"{outcome.passed}/{len(outcome.failures)}/{outcome.skipped}"
    if not outcome.failures:
        return counts
    unlisted = sum(reason(rows, program, failure) is None for failure in outcome.failures)
    return counts + (f" **{unlisted} not listed**" if unlisted else " listed")


def short(text, length=220):
    text = re.sub(r"\s*Refer to:.*", "", text.replace("\n", " "))
    text = re.sub(r'time="[^"]*" level=\w+ msg=', "", text)
    text = re.sub(r"/\S*/ocitest\d+", "…", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
    return (text if len(text) <= length else text[:length] + "…").replace("|", "\\|")


def table(runtimes, programs, outcomes, rows, conditions):
    lines = ["# The upstream suite's results", "", "Written by `conformance/upstream.py`; [README.md](README.md) says what it is and how to repeat it.", ""]
    lines += [f"- {condition}" for condition in conditions]
    lines += ["", "Assertions passed/failed/skipped. A program that asserts nothing counts as one; an error that a program reports",
              "outside of an assertion, or dies of, counts as one that failed. \"listed\": README.md says of each failure why no",
              "runtime can pass it, or what the machine lacks.", "",
              "| program | " + " | ".join(runtime.title for runtime in runtimes) + " |", "| --- |" + " --- |" * len(runtimes)]
    for program in programs:
        lines.append(f"| {program} | " + " | ".join(cell(outcomes[runtime.argument][program], rows, program) for runtime in runtimes) + " |")
    totals = [total(outcomes[runtime.argument], rows) for runtime in runtimes]
    lines.append("| **all** | " + " | ".join(f"{t['passed']}/{t['failed']}/{t['skipped']}" for t in totals) + " |")
    lines.append("| **programs without a failure** | " + " | ".join(f"{t['clean']} of {t['programs']}" for t in totals) + " |")
    lines.append("| **failures that README.md does not list** | " + " | ".join(str(t["unlisted"]) for t in totals) + " |")
    for runtime in runtimes:
        lines += ["", f"## Failures of {runtime.title}", "", "| program | what the program says | times | listed |", "| --- | --- | --- | --- |"]
        for program in programs:
            texts = {}
            for failure in outcomes[runtime.argument][program].failures:
                key = short(failure), "yes" if reason(rows, program, failure) else "**no**"
                texts[key] = texts.get(key, 0) + 1
            lines += [f"| {program} | {text} | {count} | {mark} |" for (text, mark), count in texts.items()]
    return "\n".join(lines) + "\n"


def total(outcomes, rows):
    return {"passed": sum(o.passed for o in outcomes.values()), "failed": sum(len(o.failures) for o in outcomes.values()),
            "skipped": sum(o.skipped for o in outcomes.values()), "clean": sum(not o.failures for o in outcomes.values()),
            "programs": len(outcomes), "unlisted": sum(reason(rows, program, failure) is None for program, o in outcomes.items() for failure in o.failures)}


def conditions_of(options, runtimes):
    commit = subprocess.run(["git", "-C", options.suite, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    yield f"suite: opencontainers/runtime-tools, {options.suite_version or (commit and 'commit ' + commit) or 'of an unknown version'}"
    layout = "v2" if os.path.exists(f"{CGROUPS}/cgroup.controllers") else "v1, which is what the suite knows"
    yield f"machine: Linux {platform.release()}, cgroup {layout}" + (f"; mounted for the run: {options.cgroup_v1.replace(',', ', ')}" if options.cgroup_v1 else "")
    lacking = lacking_capabilities()
    if lacking:
        yield f"taken out of every config, because the machine's root does not have it: {', '.join(lacking)}"
    for runtime in runtimes:
        if runtime.oci_version:
            yield f"{runtime.title} was given configs of version {runtime.oci_version}, because it refuses 1.3.0"
        if runtime.no_cgroup2:
            yield f"{runtime.title} was run without the cgroup v2 mount of the hybrid host"


def run(runtime, suite, results, options, programs):
    """Runs programs with a runtime in a mount namespace of its own; what they print is then in the directory of results."""
    os.makedirs(results, exist_ok=True)
    null = os.stat("/dev/null")
    work = tempfile.mkdtemp(prefix="upstream-")
    os.chmod(work, 0o755)
    try:
        inside = subprocess.run(["unshare", "--mount", "--propagation", "private", sys.executable, os.path.abspath(__file__), "--inside", suite,
                                 runtime.argument, results, work, str(options.time_limit), options.cgroup_v1, *programs], check=False)
    finally:
        os.rmdir(work)
        os.chown("/dev/null", null.st_uid, null.st_gid)
    if inside.returncode != 0:
        die(NO_MACHINE, f"the run with {runtime.name} broke off")


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("suite", metavar="SUITE")
    parser.add_argument("runtimes", metavar="RUNTIME[:OPTION]", nargs="+")
    parser.add_argument("-o", "--output", metavar="FILE.md", help="write the table there and not to standard output")
    parser.add_argument("--results", metavar="DIR", default=os.path.join(HERE, "..", "artifacts", "upstream"), help="for what the programs print, and results.json")
    parser.add_argument("--program", action="append", metavar="NAME", help="only this one (may be repeated)")
    parser.add_argument("--read", action="store_true", help="run nothing: make the table of the results that are in DIR")
    parser.add_argument("--time-limit", metavar="SECONDS", type=int, default=100, help="for one program (default: 100)")
    parser.add_argument("--cgroup-v1", metavar="CONTROLLERS", default="", help="mount these cgroup v1 hierarchies for the run, such as net_cls,net_prio")
    parser.add_argument("--suite-version", metavar="TEXT", help="for the table, when SUITE is not a git clone")
    options = parser.parse_args()
    runtimes = [Runtime(argument) for argument in options.runtimes]
    suite = os.path.abspath(options.suite)
    programs = sorted(os.path.basename(path)[:-2] for path in glob.glob(f"{suite}/validation/*/*.t"))
    if not programs or not os.access(f"{suite}/runtimetest", os.X_OK):
        die(NO_SUITE, f"{options.suite} is not a built opencontainers/runtime-tools: it has no validation/NAME/NAME.t or no runtimetest; "
            f"{os.path.relpath(os.path.join(HERE, 'README.md'))} says how to get it")
    if options.program:
        unknown = set(options.program) - set(programs)
        if unknown:
            die(2, f"the suite has no program {', '.join(unknown)}; it has: {' '.join(programs)}")
        programs = [name for name in programs if name in options.program]
    if os.geteuid() != 0:
        die(NO_MACHINE, "the suite needs root: it makes devices, namespaces and cgroups")
    present = [path for name in SUITES_CGROUPS for path in glob.glob(f"{CGROUPS}/*/{name}")]
    if present:
        die(NO_MACHINE, f"the suite's cgroups are there already, and another run may be using them: {' '.join(present)}")

    outcomes = {}
    for runtime in runtimes:
        results = os.path.join(os.path.abspath(options.results), runtime.name)
        if not options.read:
            run(runtime, suite, results, options, programs)
        read = lambda name, kind: open(os.path.join(results, f"{name}.{kind}"), encoding="utf-8", errors="replace").read()
        outcomes[runtime.argument] = {name: Outcome(read(name, "tap"), read(name, "err").strip(), int(read(name, "status"))) for name in programs}

    rows = listed()
    text = table(runtimes, programs, outcomes, rows, list(conditions_of(options, runtimes)))
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        print(text, end="")
    totals = {runtime.name: dict(total(outcomes[runtime.argument], rows), title=runtime.title) for runtime in runtimes}
    with open(os.path.join(options.results, "results.json"), "w", encoding="utf-8") as file:
        json.dump(totals, file, indent=2)
    for name, counts in totals.items():
        print(f"{name}: {counts['passed']} passed, {counts['failed']} failed ({counts['unlisted']} of them not listed), {counts['skipped']} skipped; "
              f"{counts['clean']} of {counts['programs']} programs without a failure", file=sys.stderr)
    sys.exit(FAILURE if totals[runtimes[0].name]["unlisted"] else NO_FAILURE)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        run_inside(sys.argv[2:])
    elif sys.argv[1:2] == ["--without-cgroup2"]:
        without_cgroup2(sys.argv[2:])
    elif sys.argv[1:2] == ["--adapt"]:
        adapt(sys.argv[2:])
    else:
        main()
