/*
 * Starts commands in parallel, so many at once, and as one ends the next, and prints for each scenario:
 *
 *   NAME|AT ONCE|commands in a second|time of one (ms)|first quartile|third quartile|the first scenario's throughput by this one's
 *
 *   starters ROUNDS TOTAL AT-ONCE SCENARIO…      a scenario is "NAME|command"; "%" in a command becomes a fresh id;
 *                                                every round runs each scenario once, TOTAL commands of it
 *
 * The throughput is the median of the rounds', and its ratio the median of the rounds' own ratios.
 */
#define _GNU_SOURCE
#include "measure.h"

enum { MAX_SCENARIOS = 8 };

struct scenario {
    char *name, *words[MAX_WORDS + 1];
    double *throughput, *times;
};

static void round_of(struct scenario *scenario, int total, int at_once, double *throughput, double *times) {
    struct { pid_t pid; double start; } running[at_once];
    int begun = 0, done = 0, status;
    double start_time = now();

    memset(running, 0, sizeof running);
    while (done < total) {
        for (int slot = 0; slot < at_once && begun < total; slot++) {
            if (!running[slot].pid) {
                char id[64];
                snprintf(id, sizeof id, "bench-%d-%s-%d", getpid(), scenario->name, begun++);
                running[slot].start = now();
                running[slot].pid = start(scenario->words, id);
            }
        }
        pid_t ended = wait4(-1, &status, 0, NULL);
        if (ended < 0)
            die("wait4");
        if (status != 0) {
            fprintf(stderr, "starters: %s: status %#x\n", scenario->name, status);
            exit(1);
        }
        for (int slot = 0; slot < at_once; slot++) {
            if (running[slot].pid == ended) {
                times[done++] = now() - running[slot].start;
                running[slot].pid = 0;
            }
        }
    }
    *throughput = total / (now() - start_time) * 1e3;
}

int main(int argc, char **argv) {
    static struct scenario scenarios[MAX_SCENARIOS];
    int rounds = argc > 4 ? atoi(argv[1]) : 0, total = argc > 4 ? atoi(argv[2]) : 0, at_once = argc > 4 ? atoi(argv[3]) : 0;
    int count = argc - 4;

    if (rounds < 1 || total < 1 || at_once < 1 || count > MAX_SCENARIOS) {
        fprintf(stderr, "usage: starters ROUNDS TOTAL AT-ONCE SCENARIO...\n");
        return 2;
    }
    for (int s = 0; s < count; s++) {
        char *rest = argv[s + 4];
        scenarios[s].name = strsep(&rest, "|");
        split(rest, scenarios[s].words);
        scenarios[s].throughput = calloc(rounds, sizeof(double));
        scenarios[s].times = calloc((size_t)rounds * total, sizeof(double));
    }
    for (int round = 0; round < rounds; round++) {
        for (int turn = 0; turn < count; turn++) {
            struct scenario *scenario = &scenarios[(turn + round) % count];
            round_of(scenario, total, at_once, &scenario->throughput[round], &scenario->times[round * total]);
        }
    }
    /* The ratios first: a quantile sorts its values. */
    double ratios[count][rounds];
    for (int s = 0; s < count; s++) {
        for (int round = 0; round < rounds; round++)
            ratios[s][round] = scenarios[0].throughput[round] / scenarios[s].throughput[round];
    }
    for (int s = 0; s < count; s++) {
        int all = rounds * total;
        double median = quantile(scenarios[s].times, all, 0.5), low = quantile(scenarios[s].times, all, 0.25);
        printf("%s|%d|%.1f|%.2f|%.2f|%.2f|%.2f\n", scenarios[s].name, at_once, quantile(scenarios[s].throughput, rounds, 0.5), median, low,
               quantile(scenarios[s].times, all, 0.75), quantile(ratios[s], rounds, 0.5));
    }
    return 0;
}
