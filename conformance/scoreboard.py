#!/usr/bin/python3
"""Writes docs/compatibility.md from real runs of one or more runtimes.

    conformance/scoreboard.py RUNTIME[:OPTION]... [--test-results DIR] [-o FILE.md]

RUNTIME and OPTION are those of upstream.py; the first runtime is the one that the page is about. What it does:
runs every sample of spec-samples/ with each runtime (the test project has to be built), asks each binary for its features
and for the flags of its commands, counts requirements.tsv, joined with the results of ./test.sh, and takes the totals of
upstream.md. ScoreboardTests (in tests/Integration) compares the page with the binary that is tested. Needs root and dotnet.
"""

import argparse
import collections
import csv
import glob
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.dont_write_bytecode = True
import upstream  # noqa: E402

TOP = os.path.dirname(upstream.HERE)
PAGE = os.path.join(TOP, "docs", "compatibility.md")
TRX = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
TESTS = "tests/Integration/OciRuntime.Integration.Tests.csproj"


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def head(*cells):
    return [row(*cells), "|" + " --- |" * len(cells)]


# ------------------------------------------------------------------------------------------------------- properties


def run_samples(runtime, directory):
    """Runs the test of every sample; its results are then in the directory."""
    command = ["dotnet", "test", os.path.join(TOP, TESTS), "--no-build", "--nologo", "-v", "quiet", "--results-directory", directory,
               "--logger", f"trx;LogFileName={runtime.name}.trx", "--filter", "FullyQualifiedName~SpecSamplesTests.Sample_|FullyQualifiedName~RealisticSamplesTests"]
    if runtime.no_cgroup2:
        command = ["unshare", "--mount", "--propagation", "private", sys.executable, os.path.join(upstream.HERE, "upstream.py"), "--without-cgroup2", *command]
    subprocess.run(command, env=dict(os.environ, OCIRUNTIME_UNDER_TEST=runtime.path, OCIRUNTIME_SAMPLES="all"), stdout=subprocess.DEVNULL, check=False)


def sample_results(runtime, directory):
    """
    Each sample's name and what is in its cell: "yes", "leaks" (as expected, but something stayed on the host) or "no"; of
    the realistic ones, the test's name in words.
    """
    trx = os.path.join(directory, f"{runtime.name}.trx")
    if not os.path.exists(trx):
        upstream.die(upstream.NO_MACHINE, f"the samples did not run with {runtime.name}; is {TESTS} built?")
    results = {}
    for element in xml.etree.ElementTree.parse(trx).iter(f"{TRX}UnitTestResult"):
        name = re.search(r'name: "(.*)"', element.get("testName"))
        use = re.search(r"RealisticSamplesTests\.(\w+)$", element.get("testName"))
        message = element.findtext(f".//{TRX}Message") or ""
        outcome = element.get("outcome")
        if name or use:
            results[name.group(1) if name else use.group(1).replace("_", " ")] = \
                "yes" if outcome == "Passed" else "not run" if outcome == "NotExecuted" else "**leaks**" if message.startswith("left on the host") else "**no**"
    return results


def needs_host(sample):
    """Whether the sample names the error of a host that does not have what it needs."""
    with open(os.path.join(TOP, "spec-samples", sample, "expected"), encoding="utf-8") as file:
        return any(line.startswith("!") for line in file)


def properties(runtimes, directory, read):
    for runtime in [] if read else runtimes:
        run_samples(runtime, directory)
    samples = {runtime.argument: sample_results(runtime, directory) for runtime in runtimes}
    # The realistic samples are not of one property: their names are sentences.
    names = sorted(set().union(*samples.values()), key=lambda name: (" " in name, name))
    lines = ["## Properties", "", "Each is a sample of `spec-samples/`, run by its test with each runtime: \"yes\" where the container printed what the",
             "sample expects. A star: on a host without the hardware or controller, an error is what is expected. \"leaks\": that came, but",
             "cgroups, mounts, processes or state of it stayed on the host.", ""]
    lines += head("sample", *(runtime.title for runtime in runtimes))
    for name in names:
        cells = (samples[runtime.argument].get(name, "not run") for runtime in runtimes)
        lines.append(row(name if " " in name else f"`{name}`" + (" \\*" if needs_host(name) else ""), *cells))
    lines.append(row(f"**yes, of {len(names)}**", *(list(samples[runtime.argument].values()).count("yes") for runtime in runtimes)))
    return lines


# --------------------------------------------------------------------------------------------------------- features


def flattened(value, path=""):
    """Each fact of a features structure as one line: "path: element" of a list, "path: value" of a scalar, "path" of what is true."""
    if isinstance(value, dict):
        return [fact for name, member in value.items() for fact in flattened(member, f"{path}.{name}" if path else name)]
    if isinstance(value, list):
        return [f"{path}: {element}" for element in value]
    return [path] if value is True else [] if value is False else [f"{path}: {value}"]


def features_of(runtime):
    """None when the runtime has no such command. Without what differs from build to build and from kernel to kernel."""
    result = subprocess.run([runtime.path, "features"], capture_output=True, text=True, check=False, timeout=30)
    try:
        report = json.loads(result.stdout)
    except ValueError:
        return None
    report.pop("annotations", None)
    report.get("linux", {}).get("seccomp", {}).pop("supportedFlags", None)
    return flattened(report)


def features(runtimes):
    reports = {runtime.argument: features_of(runtime) for runtime in runtimes}
    lines = ["## Features", "", "What each binary's own `features` says. \"no command\": it has none, whatever it can do.", ""]
    lines += head("feature", *(runtime.title for runtime in runtimes))
    for fact in dict.fromkeys(fact for report in reports.values() for fact in report or []):
        lines.append(row(f"`{fact}`", *("no command" if report is None else "yes" if fact in report else "**no**" for report in reports.values())))
    return lines


# ------------------------------------------------------------------------------------------------ commands and flags


def help_of(runtime, *command):
    result = subprocess.run([runtime.path, *command, "--help"], capture_output=True, text=True, check=False, timeout=30)
    return result.stdout if result.returncode == 0 else ""


def commands_of(runtime):
    """The names in the program's own list of commands: one for a line, indented, with what it does behind it."""
    text = help_of(runtime)
    listed = re.search(r"^COMMANDS:\n((?:[ \t]+\S.*\n)+)", text, re.M)
    return [re.match(r"\s+([a-z]+)", line).group(1) for line in (listed.group(1).splitlines() if listed else []) if re.match(r"\s+[a-z]+", line)]


def flags_of(text):
    """The long flags that a help text has at the beginning of lines, after a short one or not."""
    flags = set()
    for line in text.splitlines():
        if re.match(r"\s+-", line):
            flags.update(re.findall(r"(?:^|[\s,])--([a-z][a-z0-9-]*)", re.split(r"\s{2,}(?=\S)", line.strip())[0]))
    return flags - {"help", "usage"}


def accepts(runtime, command, flag):
    """Whether a flag that the help does not list is taken all the same."""
    return any(help_of(runtime, *command, form) for form in (f"--{flag}", f"--{flag}=1"))


def answers(runtime, command):
    """"yes", or "refused" when all that the command does is to say that it is not supported."""
    with tempfile.TemporaryDirectory() as directory:
        result = subprocess.run([runtime.path, "--root", directory + "/root", command, "none"], cwd=directory, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, check=False, timeout=30)
    return "refused" if "is not supported" in result.stderr else "yes"


def flags(runtimes):
    commands = {runtime.argument: commands_of(runtime) for runtime in runtimes}
    names = [name for name in dict.fromkeys(sum(commands.values(), [])) if name not in ("help", "h")]
    lines = ["## Commands and flags", "", "As each binary's own `--help` lists them. \"hidden\": not listed, but taken. \"refused\": known, and answered with an",
             "error that it is not supported.", ""]
    lines += head("command", "flag", *(runtime.title for runtime in runtimes))
    for name in [None, *sorted(names)]:
        command = [name] if name else []
        present = {runtime.argument: name is None or name in commands[runtime.argument] for runtime in runtimes}
        found = {runtime.argument: flags_of(help_of(runtime, *command)) if present[runtime.argument] else set() for runtime in runtimes}
        answer = {runtime.argument: answers(runtime, name) if name and present[runtime.argument] else "**no**" for runtime in runtimes}
        if name:
            lines.append(row(f"`{name}`", "", *answer.values()))
        for flag in sorted(set().union(*found.values())):
            cells = []
            for runtime in runtimes:
                if flag in found[runtime.argument]:
                    cells.append("yes")
                else:
                    taken = present[runtime.argument] and accepts(runtime, command, flag)
                    cells.append("**no**" if not taken else "refused" if answer[runtime.argument] == "refused" else "hidden")
            lines.append(row(f"`{name}`" if name else "(global)", f"`--{flag}`", *cells))
    return lines


# ----------------------------------------------------------------------------------------------------- requirements


def test_results(directory):
    """Class.Method of every test in the results of ./test.sh: "passed", "failed" or "skipped" in all lanes."""
    results = {}
    if not all(os.path.exists(os.path.join(directory, f"{lane}.tsv")) for lane in ("unit", "integration")):
        return results  # a part of the tests says nothing of the requirements
    for path in glob.glob(os.path.join(directory, "*.tsv")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                outcome, test = line.rstrip("\n").split("\t")[:2]  # and, of the virtual machine's, seconds
                name = ".".join(test.split("(")[0].split(".")[-2:])
                known = results.get(name, "skipped")
                results[name] = "failed" if "failed" in (outcome, known) else "passed" if "passed" in (outcome, known) else "skipped"
    return results


def requirements(directory):
    with open(os.path.join(upstream.HERE, "requirements.tsv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    results = test_results(directory)
    counts = collections.OrderedDict()
    not_passed = []
    for requirement in rows:
        count = counts.setdefault(requirement["document"], collections.Counter())
        tests = [test for test in requirement["tests"].split("; ") if test]
        count["all"] += 1
        count["tested" if tests else "reason"] += 1
        if tests and results:
            methods = ["SpecSamplesTests.Sample_prints_what_it_says" if test.startswith("spec-samples/") else test for test in tests]
            if all(results.get(method) == "passed" for method in methods):
                count["passed"] += 1
            else:
                not_passed.append(requirement["id"])
    columns = ["document", "requirements", "with tests", *(["passed"] if results else []), "cannot apply, with the reason"]
    keys = ["all", "tested", *(["passed"] if results else []), "reason"]
    lines = ["## Requirements", "", "The sentences of the specification 1.3.0 with MUST, MUST NOT, SHOULD, SHOULD NOT or REQUIRED, one by one in",
             "[conformance/requirements.tsv](../conformance/requirements.tsv), and how many are shown by tests.", ""]
    lines += head(*columns)
    for document, count in counts.items():
        lines.append(row(document, *(count[key] for key in keys)))
    total = sum(counts.values(), collections.Counter())
    lines.append(row("**all**", *(total[key] for key in keys)))
    if not_passed:
        lines += ["", "A test of these was skipped or failed in that run: " + ", ".join(not_passed) + "."]
    return lines


# ------------------------------------------------------------------------------------------------------ upstream's suite


def suite():
    with open(os.path.join(upstream.HERE, "upstream.md"), encoding="utf-8") as file:
        text = file.read()
    header = re.search(r"^\| program \| (.*) \|$", text, re.M).group(1).split(" | ")
    lines = ["## The upstream suite", "", "`validation/` of opencontainers/runtime-tools; program by program in [conformance/upstream.md](../conformance/upstream.md).", ""]
    lines += head("", *header)
    for name, title in (("all", "assertions passed/failed/skipped"), ("programs without a failure", "programs without a failure"),
                        ("failures that README.md does not list", "failures that are not due to the suite or the machine")):
        cells = re.search(rf"^\| \*\*{re.escape(name)}\*\* \| (.*) \|$", text, re.M).group(1).split(" | ")
        lines.append(row(title, *cells))
    return lines


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("runtimes", metavar="RUNTIME[:OPTION]", nargs="+")
    parser.add_argument("--test-results", metavar="DIR", default=os.path.join(TOP, "artifacts", "test-results"), help="of ./test.sh (default: artifacts/test-results)")
    parser.add_argument("--results", metavar="DIR", default=os.path.join(TOP, "artifacts", "scoreboard"), help="for the results of the samples")
    parser.add_argument("--read", action="store_true", help="run no sample: take the results that are in DIR")
    parser.add_argument("-o", "--output", metavar="FILE.md", default=PAGE, help="default: docs/compatibility.md")
    options = parser.parse_args()
    runtimes = [upstream.Runtime(argument) for argument in options.runtimes]
    layout = "cgroup v2" if os.path.exists(upstream.CGROUPS + "/cgroup.controllers") else "cgroup v1"
    parts = [["# Compatibility", "", "Written by one command from real runs on one machine (Linux " + platform.release() + ", " + layout + "); nothing here is typed by hand:", "",
              "    conformance/scoreboard.py " + " ".join(runtime.name if number == 0 else runtime.argument for number, runtime in enumerate(runtimes)), "",
              "What each flag and property does, and where ocirun differs from runc on purpose: [reference.md](reference.md)."],
             suite(), requirements(options.test_results), properties(runtimes, os.path.abspath(options.results), options.read), features(runtimes), flags(runtimes)]
    with open(options.output, "w", encoding="utf-8") as file:
        file.write("\n\n".join("\n".join(part) for part in parts) + "\n")


if __name__ == "__main__":
    main()
