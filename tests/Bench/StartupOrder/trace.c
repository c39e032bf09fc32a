// trace OUT COMMAND…: runs a command one instruction at a time, it and its children, and writes the addresses of the
// static executable at which an instruction began, in the order in which each was first reached.
// trace - COMMAND…: writes how many instructions the command executed, and how many of them were CPUID.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

// Where the linker puts a program that is not position independent; the rest of the address space is libraries' and data's.
enum { BASE = 0x400000, SIZE = 0x800000 };

static unsigned char reached[SIZE];
static unsigned order[SIZE], count;
static unsigned long instructions, cpuids;

// Two bytes, 0F A2, which may be the last of a page.
static int is_cpuid(pid_t pid, unsigned long at)
{
    return (ptrace(PTRACE_PEEKTEXT, pid, at & ~7UL, 0) >> (at & 7) * 8 & 0xffff) == 0xa20f ||
           ((at & 7) == 7 && (ptrace(PTRACE_PEEKTEXT, pid, at, 0) & 0xffff) == 0xa20f);
}

static void come_to_rest(int signal) { (void)signal; }

int main(int argc, char **argv)
{
    int executed = 0, counts = argc > 1 && strcmp(argv[1], "-") == 0;
    pid_t first = fork();
    if (first == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(argv[2], argv + 2);
        _exit(127);
    }

    struct sigaction interrupt = { .sa_handler = come_to_rest };
    sigaction(SIGALRM, &interrupt, NULL); // Without SA_RESTART: it ends the waitpid.
    int status, first_status = 0;
    waitpid(first, &status, 0);
    ptrace(PTRACE_SETOPTIONS, first, 0,
           PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SINGLESTEP, first, 0, 0);
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) {
            // Who stays behind, such as an init, is given the time to come to rest, in a wait without an end.
            if (pid == first) {
                alarm(5);
                first_status = status;
            }
            continue;
        }

        struct user_regs_struct registers;
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8) && pid == first && !executed++)
            instructions = cpuids = 0; // What went before was ours.
        if (ptrace(PTRACE_GETREGS, pid, 0, &registers) == 0) {
            instructions++;
            cpuids += counts && is_cpuid(pid, registers.rip);
            if (registers.rip - BASE < SIZE && !reached[registers.rip - BASE]) {
                reached[registers.rip - BASE] = 1;
                order[count++] = registers.rip;
            }
        }
        int signal = WSTOPSIG(status);
        int stop_of_ptrace = signal == SIGTRAP || signal == SIGSTOP || status >> 16;
        ptrace(PTRACE_SINGLESTEP, pid, 0, stop_of_ptrace ? 0 : signal);
    }

    if (counts) {
        fprintf(stderr, "%lu %lu\n", instructions, cpuids);
        return WIFEXITED(first_status) ? WEXITSTATUS(first_status) : 1;
    }
    FILE *out = fopen(argv[1], "w");
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%x\n", order[i]);
    return fclose(out) != 0 || !WIFEXITED(first_status) ? 1 : WEXITSTATUS(first_status);
}
