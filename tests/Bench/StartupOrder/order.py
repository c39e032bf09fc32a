"""order.py MAP TRACE…: a linker script that puts the sections which were reached before all others."""
import bisect
import re
import sys


# What an init executes while it waits for its start: the one page of sixteen that then is in memory.
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


def main():
    placed = sections(sys.argv[1])
    starts = [section[0] for section in placed]
    reached = {}  # In the order of the first touch.
    for trace in sys.argv[2:]:
        for line in open(trace):
            address = int(line, 16)
            index = bisect.bisect_right(starts, address) - 1
            if index >= 0 and address < starts[index] + placed[index][1]:
                reached[index] = None

    print("/* Written by tests/Bench/StartupOrder/order.sh. */")
    print("SECTIONS\n{\n  .text.startup :\n  {")
    for index in sorted(reached, key=lambda index: placed[index][3] not in WAITING):
        _, _, section, member = placed[index]
        print(f"    *{member}({section})")
    print("  }\n}\nINSERT BEFORE .text;")


main()
