/*
 * What a page fault costs on this machine, by kind, and how many pages each brings: what the counts of the gap are worth.
 *
 *   faults FILE        the program whose pages are mapped; it is in the page cache afterwards
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>

#include "measure.h"

enum { PAGE = 4096, AROUND = 16, ROUNDS = 50 };

static long faults(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* Touches one page of each `step` and prints the median cost. */
static void touch(const char *what, int fd, int pages, int step, int protection) {
    double costs[ROUNDS];
    long count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        volatile char *memory = mmap(NULL, (size_t)pages * PAGE, protection, MAP_PRIVATE | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
        if (memory == MAP_FAILED)
            die("mmap");
        madvise((void *)memory, (size_t)pages * PAGE, MADV_NOHUGEPAGE);
        long before = faults();
        double start = now();
        for (int page = 0; page < pages; page += step) {
            if (protection & PROT_WRITE)
                memory[page * PAGE] = 1;
            else
                (void)memory[page * PAGE];
        }
        double took = now() - start;
        count = faults() - before;
        costs[round] = took * 1e3 / count;
        munmap((void *)memory, (size_t)pages * PAGE);
    }
    printf("| %s | %ld | %.2f us |\n", what, count, quantile(costs, ROUNDS, 0.5));
}

int main(int argc, char **argv) {
    int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
    int pages = fd < 0 ? 0 : lseek(fd, 0, SEEK_END) / PAGE;
    char buffer[65536];
    if (pages < AROUND)
        die("no file");
    for (off_t at = 0; pread(fd, buffer, sizeof buffer, at) > 0; at += sizeof buffer) {
    }
    puts("| a page fault of | faults | each |\n| --- | ---: | ---: |");
    touch("code and constants: a mapped page of the file, with the 15 around it", fd, pages, AROUND, PROT_READ);
    touch("data: a page of the file that is written, and so copied", fd, pages, 1, PROT_READ | PROT_WRITE);
    touch("heap and stack: a page of zeros", -1, pages, 1, PROT_READ | PROT_WRITE);
    return 0;
}
