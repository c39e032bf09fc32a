/*
 * Runs scenarios in turn, round after round, and prints the median wall time, CPU time and peak RSS of each.
 *
 *   measure ROUNDS PAUSE SCENARIO…       a scenario is "NAME|command|command…"; "%" in a command becomes a fresh id;
 *                                        PAUSE milliseconds pass before each
 *
 * In C and not in C#, because a child's peak RSS begins with its parent's at the time of execve: a parent of a few
 * hundred KiB hides nothing of the programs that are measured.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WORDS = 32, MAX_COMMANDS = 4, MAX_SCENARIOS = 16 };

struct sample { double wall, cpu, rss; };

struct scenario {
    char *name;
    char *words[MAX_COMMANDS][MAX_WORDS + 1];
    int commands;
    struct sample *samples;
};

static void die(const char *what) {
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void add(struct sample *sample, const struct rusage *usage) {
    sample->cpu += usage->ru_utime.tv_sec * 1e3 + usage->ru_utime.tv_usec / 1e3;
    sample->cpu += usage->ru_stime.tv_sec * 1e3 + usage->ru_stime.tv_usec / 1e3;
    if (usage->ru_maxrss > sample->rss)
        sample->rss = usage->ru_maxrss;
}

static void run(char **words, const char *id, struct sample *sample) {
    char *argv[MAX_WORDS + 1];
    int i, status;
    struct rusage usage;
    pid_t child;

    for (i = 0; words[i]; i++)
        argv[i] = strcmp(words[i], "%") ? words[i] : (char *)id;
    argv[i] = NULL;
    child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
            die("/dev/null");
        execvp(argv[0], argv);
        die(argv[0]);
    }
    if (wait4(child, &status, 0, &usage) < 0)
        die("wait4");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: %s %s: status %#x\n", argv[0], argv[1], status);
        exit(1);
    }
    add(sample, &usage);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(struct sample *samples, int count, size_t offset) {
    double *values = malloc(count * sizeof(double)), result;
    for (int i = 0; i < count; i++)
        values[i] = *(double *)((char *)&samples[i] + offset);
    qsort(values, count, sizeof(double), ascending);
    result = values[count / 2];
    free(values);
    return result;
}

int main(int argc, char **argv) {
    static struct scenario scenarios[MAX_SCENARIOS];
    int rounds = argc > 3 ? atoi(argv[1]) : 0, count = argc - 3;
    useconds_t pause = argc > 3 ? atoi(argv[2]) * 1000 : 0;
    char id[64];

    if (rounds < 1 || count > MAX_SCENARIOS) {
        fprintf(stderr, "usage: measure ROUNDS PAUSE SCENARIO...\n");
        return 2;
    }
    for (int s = 0; s < count; s++) {
        char *rest = argv[s + 3], *command;
        scenarios[s].name = strsep(&rest, "|");
        while ((command = strsep(&rest, "|")) && scenarios[s].commands < MAX_COMMANDS) {
            int words = 0;
            for (char *word = strtok(command, " "); word && words < MAX_WORDS; word = strtok(NULL, " "))
                scenarios[s].words[scenarios[s].commands][words++] = word;
            scenarios[s].commands++;
        }
        scenarios[s].samples = calloc(rounds, sizeof(struct sample));
    }
    /* A detached container's process is then reaped here, and its CPU time counted. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int round = -2; round < rounds; round++) { /* the first two warm the caches up */
        for (int turn = 0; turn < count; turn++) {
            struct scenario *scenario = &scenarios[(turn + round + count) % count];
            struct sample sample = { 0 };
            struct rusage usage;
            double start;

            snprintf(id, sizeof id, "bench-%d-%d-%d", getpid(), round + 2, turn);
            usleep(pause);
            start = now();
            for (int c = 0; c < scenario->commands; c++)
                run(scenario->words[c], id, &sample);
            sample.wall = now() - start;
            while (wait4(-1, NULL, 0, &usage) > 0)
                add(&sample, &usage);
            if (round >= 0)
                scenario->samples[round] = sample;
        }
    }
    for (int s = 0; s < count; s++)
        printf("%s|%.2f|%.2f|%.1f\n", scenarios[s].name,
               median(scenarios[s].samples, rounds, offsetof(struct sample, wall)),
               median(scenarios[s].samples, rounds, offsetof(struct sample, cpu)),
               median(scenarios[s].samples, rounds, offsetof(struct sample, rss)) / 1024);
    return 0;
}
