/*
 * Runs scenarios in turn, round after round, and prints for each, and for each of its commands when there are several:
 *
 *   NAME|STEP|wall|first quartile|third quartile|user + sys|peak RSS|ratio
 *
 * STEP is 0 for the whole, or the command's number. Medians; ms and MiB; the ratio is the median of the rounds' own
 * ratios: the first scenario's wall time in that round by this one's.
 *
 *   measure ROUNDS PAUSE SCENARIO…       a scenario is "NAME|command|command…"; "%" in a command becomes a fresh id;
 *                                        PAUSE milliseconds pass before each
 *
 * With MEASURE_CGROUP=FILE the user + sys of the whole is what a cgroup used meanwhile: the work of daemons too.
 *
 * In C and not in C#, because a child's peak RSS begins with its parent's at the time of execve: a parent of a few
 * hundred KiB hides nothing of the programs that are measured.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/prctl.h>

#include "measure.h"

enum { MAX_COMMANDS = 4, MAX_SCENARIOS = 16 };

struct sample { double wall, cpu, rss; };

struct scenario {
    char *name;
    char *words[MAX_COMMANDS][MAX_WORDS + 1];
    int commands;
    struct sample (*samples)[MAX_COMMANDS + 1]; /* of each round: the whole, and the commands */
};

static void add(struct sample *sample, const struct rusage *usage) {
    sample->cpu += usage->ru_utime.tv_sec * 1e3 + usage->ru_utime.tv_usec / 1e3;
    sample->cpu += usage->ru_stime.tv_sec * 1e3 + usage->ru_stime.tv_usec / 1e3;
    if (usage->ru_maxrss > sample->rss)
        sample->rss = usage->ru_maxrss;
}

/* What a cgroup has used, in ms: MEASURE_CGROUP is v1's cpuacct.usage or v2's cpu.stat. */
static double cgroup_cpu(const char *path) {
    unsigned long long used = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        die(path);
    if (fscanf(file, "usage_usec %llu", &used) == 1)
        used *= 1000;
    else if (fscanf(file, "%llu", &used) != 1)
        die(path);
    fclose(file);
    return used / 1e6;
}

static void run(char **words, const char *id, struct sample *sample) {
    struct rusage usage;
    int status;
    pid_t child = start(words, id);

    if (wait4(child, &status, 0, &usage) < 0)
        die("wait4");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: %s %s: status %#x\n", words[0], words[1], status);
        exit(1);
    }
    add(sample, &usage);
}

static double of(const struct scenario *scenario, int rounds, int step, size_t offset, double part) {
    double *values = malloc(rounds * sizeof(double)), result;
    for (int i = 0; i < rounds; i++)
        values[i] = *(double *)((char *)&scenario->samples[i][step] + offset);
    result = quantile(values, rounds, part);
    free(values);
    return result;
}

static void print(const struct scenario *first, const struct scenario *scenario, int rounds, int step) {
    size_t wall = offsetof(struct sample, wall);
    double *ratios = malloc(rounds * sizeof(double));
    for (int i = 0; i < rounds; i++)
        ratios[i] = first->samples[i][step].wall / scenario->samples[i][step].wall;
    printf("%s|%d|%.2f|%.2f|%.2f|%.2f|%.1f|%.2f\n", scenario->name, step, of(scenario, rounds, step, wall, 0.5),
           of(scenario, rounds, step, wall, 0.25), of(scenario, rounds, step, wall, 0.75),
           of(scenario, rounds, step, offsetof(struct sample, cpu), 0.5),
           of(scenario, rounds, step, offsetof(struct sample, rss), 0.5) / 1024, quantile(ratios, rounds, 0.5));
    free(ratios);
}

int main(int argc, char **argv) {
    static struct scenario scenarios[MAX_SCENARIOS];
    int rounds = argc > 3 ? atoi(argv[1]) : 0, count = argc - 3;
    useconds_t pause = argc > 3 ? atoi(argv[2]) * 1000 : 0;
    const char *cgroup = getenv("MEASURE_CGROUP");
    char id[64];

    if (rounds < 1 || count > MAX_SCENARIOS) {
        fprintf(stderr, "usage: measure ROUNDS PAUSE SCENARIO...\n");
        return 2;
    }
    for (int s = 0; s < count; s++) {
        char *rest = argv[s + 3], *command;
        scenarios[s].name = strsep(&rest, "|");
        while ((command = strsep(&rest, "|")) && scenarios[s].commands < MAX_COMMANDS)
            split(command, scenarios[s].words[scenarios[s].commands++]);
        scenarios[s].samples = calloc(rounds, sizeof *scenarios[s].samples);
    }
    /* A detached container's process is then reaped here, and its CPU time counted. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int round = -2; round < rounds; round++) { /* the first two warm the caches up */
        for (int turn = 0; turn < count; turn++) {
            struct scenario *scenario = &scenarios[(turn + round + count) % count];
            struct sample steps[MAX_COMMANDS + 1] = { 0 };
            struct rusage usage;

            snprintf(id, sizeof id, "bench-%d-%d-%d", getpid(), round + 2, turn);
            usleep(pause);
            double used = cgroup ? cgroup_cpu(cgroup) : 0;
            for (int c = 1; c <= scenario->commands; c++) {
                double start = now();
                run(scenario->words[c - 1], id, &steps[c]);
                steps[c].wall = now() - start;
                steps[0].wall += steps[c].wall;
                steps[0].cpu += steps[c].cpu;
                if (steps[c].rss > steps[0].rss)
                    steps[0].rss = steps[c].rss;
            }
            while (wait4(-1, NULL, 0, &usage) > 0)
                add(&steps[0], &usage);
            if (cgroup)
                steps[0].cpu = cgroup_cpu(cgroup) - used;
            if (round >= 0)
                memcpy(scenario->samples[round], steps, sizeof steps);
        }
    }
    for (int s = 0; s < count; s++) {
        for (int step = 0; step <= (scenarios[s].commands > 1 ? scenarios[s].commands : 0); step++)
            print(&scenarios[0], &scenarios[s], rounds, step);
    }
    return 0;
}
