"""What was reached, in the order in which it was first reached.

order.py sections MAP TRACE…: a linker script that puts these sections of .text before all others; MAP is the linker's
order.py methods OBJECT EXECUTABLE TRACE…: the compiler's methods, by the names that they have in both files
"""
import bisect
import re
import subprocess
import sys


# What an init executes while it waits for its start: of these the one block of sixteen pages that then is in memory.
WAITING_METHODS = ["StartSocket__AcceptStart", "LibC__madvise", "LibC__poll"]
WAITING = ["libc.a:getauxval.o", "libc.a:madvise.o", "libc.a:poll.o", "libc.a:errno-loc.o", "libSystem.Native.a:pal_errno.c.o", "libRuntime.WorkstationGC.a:PInvoke.S.o"]


def sections(path):
    """(address, size, section, file or archive:member) of what the linker put into .text, by address."""
    found, name, inside = [], None, False
    for line in open(path):
        if re.match(r"\S", line):
            inside = line.startswith(".text")
        if not inside:
            continue
        if match := re.match(r" (\.text\S*)$", line):  # The rest is on the next line.
            name = match[1]
        elif match := re.match(r" (\.text\S*)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", line):
            if size := int(match[3], 16):
                member = re.sub(r"(\.a)\((.*)\)$", r"\1:\2", match[4].rsplit("/", 1)[-1])
                found.append((int(match[2], 16), size, match[1] or name, member))
    return sorted(found)


def functions(path):
    """(address, size, name) of a file's functions, by address."""
    listing = subprocess.run(["nm", "-n", "-S", path], check=True, capture_output=True, text=True).stdout
    return [(int(fields[0], 16), int(fields[1], 16), fields[3]) for fields in map(str.split, listing.splitlines()) if len(fields) == 4 and fields[2] in "tTwW"]


def reached(placed, traces):
    """Indexes of those of (address, size, …) in which an address of the traces is."""
    starts, found = [place[0] for place in placed], {}
    for trace in traces:
        for line in open(trace):
            address = int(line, 16)
            index = bisect.bisect_right(starts, address) - 1
            if index >= 0 and address < starts[index] + placed[index][1]:
                found[index] = None
    return found


def write_sections(path, *traces):
    placed = sections(path)
    print("/* Written by tests/Bench/StartupOrder/order.sh. */")
    print("SECTIONS\n{\n  .text.startup :\n  {")
    for index in sorted(reached(placed, traces), key=lambda index: placed[index][3] not in WAITING):
        _, _, section, member = placed[index]
        print(f"    *{member}({section})")
    print("  }\n}\nINSERT BEFORE .text;")


def write_methods(compiled, executable, *traces):
    own = {name for _, _, name in functions(compiled)}
    linked = functions(executable)
    names = [linked[index][2] for index in reached(linked, traces) if linked[index][2] in own]
    for name in sorted(names, key=lambda name: not name.endswith(tuple(WAITING_METHODS))):
        print(name)


{"sections": write_sections, "methods": write_methods}[sys.argv[1]](*sys.argv[2:])
