/* What measure.c and starters.c have in common. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WORDS = 128 };

static void die(const char *what) {
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Divides a command line at its spaces. */
static inline void split(char *command, char **words) {
    int count = 0;
    for (char *word = strtok(command, " "); word && count < MAX_WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
}

/* Starts a command without input and output; the word "%" becomes the id. */
static inline pid_t start(char **words, const char *id) {
    char *argv[MAX_WORDS + 1];
    int i;
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
    return child;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double quantile(double *values, int count, double part) {
    qsort(values, count, sizeof(double), ascending);
    return values[(int)(part * (count - 1) + 0.5)];
}
