/*
 * The limit: the system calls that a container takes, and nothing else. It reads no JSON, checks nothing and explains
 * nothing: what it costs is what the kernel costs, and how far a runtime is from it is what the runtime costs.
 *
 *   limit run|create PLAN ID       limit start|state|kill|delete PLAN ID       limit exec PLAN ID PROGRAM
 *   limit filter PID               writes the seccomp filter of a process
 *
 * PLAN is a config in lines (plan.jq), "%" in a path is the id.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_LINES = 512, MAX_FIELDS = 8 };

static char *lines[MAX_LINES][MAX_FIELDS];
static int count;
static const char *id;

static void die(const char *what, const char *subject) {
    fprintf(stderr, "limit: %s %s: %s\n", what, subject, strerror(errno));
    exit(1);
}

#include "limit_devices.h"

static long ok(long result, const char *what, const char *subject) {
    if (result < 0)
        die(what, subject);
    return result;
}

static char *read_file(const char *path) {
    static char buffers[2][65536];
    static int turn;
    char *buffer = buffers[turn++ % 2];
    int fd = ok(open(path, O_RDONLY | O_CLOEXEC), "open", path);
    buffer[ok(read(fd, buffer, sizeof buffers[0] - 1), "read", path)] = 0;
    close(fd);
    return buffer;
}

static void write_file(const char *path, const char *text, int flags) {
    int fd = ok(open(path, O_WRONLY | O_CLOEXEC | flags, 0600), "open", path);
    ok(write(fd, text, strlen(text)), "write", path);
    close(fd);
}

/* "%" becomes the id. */
static char *with_id(const char *path) {
    static char results[8][1024];
    static int turn;
    char *result = results[turn++ % 8];
    const char *mark = strchr(path, '%');
    if (mark)
        snprintf(result, sizeof results[0], "%.*s%s%s", (int)(mark - path), path, id, mark + 1);
    else
        snprintf(result, sizeof results[0], "%s", path);
    return result;
}

static void read_plan(const char *path) {
    char *rest = strdup(read_file(path)), *line;
    while ((line = strsep(&rest, "\n")) && count < MAX_LINES) {
        int field = 0;
        while (line && field < MAX_FIELDS)
            lines[count][field++] = strsep(&line, "\t");
        count += *lines[count][0] != 0;
    }
}

#define EACH(keyword) for (int i = 0; i < count; i++) if (!strcmp(lines[i][0], keyword))
#define FIELD(n) lines[i][n]

static const char *value(const char *keyword) {
    EACH(keyword) return FIELD(1) ? FIELD(1) : "";
    return NULL;
}

static char *state_path(const char *file) {
    static char results[2][1024];
    static int turn;
    char *result = results[turn++ % 2];
    snprintf(result, sizeof results[0], "%s/%s%s", value("state"), id, file);
    return result;
}

/* A destination below the new root: absolute in the config, relative to the working directory here. */
static const char *inside(const char *path) {
    return path[1] ? path + 1 : ".";
}

static void make_parents(char *path) {
    for (char *slash = path; (slash = strchr(slash + 1, '/'));) {
        *slash = 0;
        mkdir(path, 0755);
        *slash = '/';
    }
}

static void make_target(const char *path, int file) {
    char *copy = strdupa(path);
    if (file ? mknod(copy, S_IFREG | 0644, 0) == 0 : mkdir(copy, 0755) == 0)
        return;
    if (errno == ENOENT) {
        make_parents(copy);
        make_target(path, file);
    }
}

static void bind_mount(const char *source, const char *target, unsigned long flags) {
    ok(mount(source, target, NULL, MS_BIND | (flags & MS_REC), NULL), "bind", target);
    if (flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC))
        ok(mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | (flags & ~MS_REC), NULL), "remount", target);
}

static void mount_cgroups(const char *target) {
    ok(mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755"), "mount", target);
    EACH("cgroup") {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", target, FIELD(2));
        mkdir(path, 0755);
        bind_mount(with_id(FIELD(1)), path, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
    }
    ok(mount(NULL, target, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755"), "remount", target);
}

static void make_devices(int bound) {
    static const struct { const char *name; int major, minor; } devices[] = {
        { "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
    };
    static const char *links[][2] = {
        { "pts/ptmx", "dev/ptmx" }, { "/proc/self/fd", "dev/fd" }, { "/proc/self/fd/0", "dev/stdin" },
        { "/proc/self/fd/1", "dev/stdout" }, { "/proc/self/fd/2", "dev/stderr" },
    };
    mode_t mask = umask(0);
    for (size_t d = 0; d < sizeof devices / sizeof *devices; d++) {
        char path[32], host[32];
        snprintf(path, sizeof path, "dev/%s", devices[d].name);
        snprintf(host, sizeof host, "/dev/%s", devices[d].name);
        if (bound) {
            make_target(path, 1);
            bind_mount(host, path, 0);
        } else {
            ok(mknod(path, S_IFCHR | 0666, makedev(devices[d].major, devices[d].minor)), "mknod", path);
        }
    }
    umask(mask);
    for (size_t l = 0; l < sizeof links / sizeof *links; l++)
        ok(symlink(links[l][0], links[l][1]), "symlink", links[l][1]);
}

static void join_cgroups(void) {
    EACH("cgroup") {
        char path[1100];
        snprintf(path, sizeof path, "%s/tasks", with_id(FIELD(1)));
        write_file(path, "0", 0);
    }
}

/* Bounding set, ids, the other sets, limits, filter: everything between a finished file system and execve. */
static void become_user(void) {
    unsigned long long keep = strtoull(value("capabilities"), NULL, 16);
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = { { keep, keep, 0 }, { keep >> 32, keep >> 32, 0 } };
    EACH("rlimit") {
        struct rlimit limit = { strtoull(FIELD(2), NULL, 10), strtoull(FIELD(3), NULL, 10) };
        ok(setrlimit(atoi(FIELD(1)), &limit), "setrlimit", FIELD(1));
    }
    for (int capability = 0; capability < 64; capability++) {
        if (!(keep >> capability & 1) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
            break;
    }
    ok(syscall(SYS_setgroups, 0, NULL), "setgroups", "");
    ok(syscall(SYS_setresgid, 0, 0, 0), "setresgid", "");
    ok(syscall(SYS_setresuid, 0, 0, 0), "setresuid", "");
    ok(syscall(SYS_capset, &header, data), "capset", "");
    if (value("no_new_privs"))
        ok(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "no_new_privs");
}

static struct sock_fprog filter;

static void read_filter(void) {
    static struct sock_filter program[4096];
    if (!value("seccomp"))
        return;
    int fd = ok(open(value("seccomp"), O_RDONLY | O_CLOEXEC), "open", value("seccomp"));
    filter.len = ok(read(fd, program, sizeof program), "read", "filter") / sizeof *program;
    filter.filter = program;
    close(fd);
}

static void execute(const char *program, const char *argument) {
    char *argv[] = { (char *)program, (char *)argument, NULL }, *envp[] = { "PATH=/bin", "TERM=xterm", NULL };
    ok(syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC), "close_range", "");
    if (filter.len)
        ok(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter), "seccomp", "");
    execve(program, argv, envp);
    die("execve", program);
}

static void init(int parent, int park) {
    unsigned long namespaces = strtoul(value("namespaces"), NULL, 16);
    int user = (namespaces & CLONE_NEWUSER) != 0;
    char byte = 0;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    join_cgroups();
    if (user) {
        ok(read(parent, &byte, 1), "read", "the maps");
        ok(syscall(SYS_setresgid, 0, 0, 0), "setresgid", "");
        ok(syscall(SYS_setresuid, 0, 0, 0), "setresuid", "");
    }
    setsid();
    ok(sethostname(value("hostname"), strlen(value("hostname"))), "sethostname", "");

    ok(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "propagation", "/");
    ok(mount(value("root"), value("root"), NULL, MS_BIND | MS_REC, NULL), "bind", value("root"));
    ok(chdir(value("root")), "chdir", value("root"));
    EACH("mount") {
        make_target(inside(FIELD(3)), 0);
        ok(mount(FIELD(2), inside(FIELD(3)), FIELD(1), strtoul(FIELD(4), NULL, 10), FIELD(5)), "mount", FIELD(3));
    }
    EACH("bind") {
        struct stat status;
        ok(stat(FIELD(1), &status), "stat", FIELD(1));
        make_target(inside(FIELD(2)), !S_ISDIR(status.st_mode));
        bind_mount(FIELD(1), inside(FIELD(2)), strtoul(FIELD(3), NULL, 10));
    }
    EACH("cgroups") {
        make_target(inside(FIELD(1)), 0);
        mount_cgroups(inside(FIELD(1)));
    }
    make_devices(user);
    ok(syscall(SYS_pivot_root, ".", "."), "pivot_root", "");
    ok(umount2(".", MNT_DETACH), "umount2", ".");
    ok(chdir("/"), "chdir", "/");
    if (value("readonly"))
        ok(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), "remount", "/");
    EACH("readonly_path")
        if (mount(FIELD(1), FIELD(1), NULL, MS_BIND | MS_REC, NULL) == 0)
            ok(mount(NULL, FIELD(1), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "remount", FIELD(1));
    EACH("masked_path")
        if (mount("/dev/null", FIELD(1), NULL, MS_BIND, NULL) < 0 && errno == ENOTDIR)
            ok(mount("tmpfs", FIELD(1), "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=1"), "mask", FIELD(1));
    become_user();
    if (park >= 0) {
        prctl(PR_SET_PDEATHSIG, 0);
        ok(write(parent, &byte, 1), "write", "ready");
        ok(read(park, &byte, 1), "read", "start");
    }
    execute(value("program"), value("argument"));
}

/* A process of its own, on v2 in the container's cgroup from its birth. */
static pid_t clone_into_cgroup(unsigned long namespaces) {
    struct clone_args arguments = { .flags = namespaces, .exit_signal = SIGCHLD };
    EACH("cgroup2") {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = ok(open(with_id(FIELD(1)), O_PATH | O_CLOEXEC), "open", FIELD(1));
    }
    return ok(syscall(SYS_clone3, &arguments, sizeof arguments), "clone3", "");
}

/* Below the root of v2 the controllers are there when the directory above hands them on. */
static void make_cgroup2(const char *path) {
    EACH("hand_on") {
        const char *handed = read_file(FIELD(1));
        if (!strstr(handed, FIELD(2))) {
            char text[64];
            snprintf(text, sizeof text, "+%s", FIELD(2));
            write_file(FIELD(1), text, 0);
        }
    }
    ok(mkdir(path, 0755), "mkdir", path);
    int cgroup = ok(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path);
    limit_devices(cgroup);
    close(cgroup);
}

static pid_t start_init(int park, int *channel) {
    int pair[2];
    pid_t child;

    EACH("cgroup") ok(mkdir(with_id(FIELD(1)), 0755), "mkdir", FIELD(1));
    EACH("cgroup2") make_cgroup2(with_id(FIELD(1)));
    EACH("write") write_file(with_id(FIELD(1)), FIELD(2), 0);
    ok(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair", "");
    child = clone_into_cgroup(strtoul(value("namespaces"), NULL, 16));
    if (child == 0)
        init(pair[1], park);
    close(pair[1]);
    if (value("uid_map")) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/uid_map", child);
        write_file(path, value("uid_map"), 0);
        snprintf(path, sizeof path, "/proc/%d/gid_map", child);
        write_file(path, value("uid_map"), 0);
        ok(write(pair[0], "", 1), "write", "maps");
    }
    *channel = pair[0];
    return child;
}

static void remove_cgroups(void) {
    EACH("cgroup") while (rmdir(with_id(FIELD(1))) < 0 && errno == EBUSY) {}
    EACH("cgroup2") while (rmdir(with_id(FIELD(1))) < 0 && errno == EBUSY) {}
}

static int wait_for(pid_t child) {
    int status;
    ok(waitpid(child, &status, 0), "waitpid", "");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(void) {
    int channel, status = wait_for(start_init(-1, &channel));
    remove_cgroups();
    return status;
}

static int create(void) {
    int channel, park;
    char pid[16], byte;

    ok(mkdir(state_path(""), 0700), "mkdir", id);
    ok(mkfifo(state_path("/start"), 0600), "mkfifo", id);
    park = ok(open(state_path("/start"), O_RDWR | O_CLOEXEC), "open", id);
    snprintf(pid, sizeof pid, "%d", start_init(park, &channel));
    ok(read(channel, &byte, 1) == 1 ? 0 : -1, "the init", "ended");
    write_file(state_path("/pid"), pid, O_CREAT);
    return 0;
}

static int delete(void) {
    pid_t pid = atoi(read_file(state_path("/pid")));
    int pidfd = syscall(SYS_pidfd_open, pid, 0);
    if (pidfd >= 0) {
        struct pollfd ended = { pidfd, POLLIN, 0 };
        syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
        poll(&ended, 1, -1);
    }
    remove_cgroups();
    unlink(state_path("/pid"));
    unlink(state_path("/start"));
    return ok(rmdir(state_path("")), "rmdir", id);
}

static int exec_in(const char *program) {
    int pidfd = ok(syscall(SYS_pidfd_open, atoi(read_file(state_path("/pid"))), 0), "pidfd_open", id);
    unsigned long namespaces = strtoul(value("namespaces"), NULL, 16);
    pid_t child;

    /* In the parent's namespaces the cgroups are still to be seen. */
    child = clone_into_cgroup(0);
    if (child == 0) {
        join_cgroups();
        ok(syscall(SYS_setns, pidfd, namespaces), "setns", "");
        child = ok(fork(), "fork", "");
        if (child > 0)
            _exit(wait_for(child));
        setsid();
        ok(chdir("/"), "chdir", "/");
        become_user();
        execute(program, NULL);
    }
    return wait_for(child);
}

static int state(void) {
    char stat[64];
    const char *pid = read_file(state_path("/pid"));
    snprintf(stat, sizeof stat, "/proc/%s/stat", pid);
    read_file(stat);
    return dprintf(1, "{\"id\": \"%s\", \"pid\": %s, \"status\": \"running\"}\n", id, pid) < 0;
}

static int dump_filter(pid_t pid) {
    static struct sock_filter program[4096];
    int length;
    ok(ptrace(PTRACE_SEIZE, pid, NULL, NULL), "ptrace", "seize");
    ok(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), "ptrace", "interrupt");
    ok(waitpid(pid, NULL, 0), "waitpid", "");
    length = ok(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, program), "ptrace", "filter");
    return write(1, program, length * sizeof *program) < 0;
}

int main(int argc, char **argv) {
    const char *command = argc > 1 ? argv[1] : "";
    if (!strcmp(command, "--version"))
        return puts("limit") < 0;
    if (!strcmp(command, "filter") && argc > 2)
        return dump_filter(atoi(argv[2]));
    if (argc < 4)
        return 2;
    id = argv[3];
    read_plan(argv[2]);
    read_filter();
    if (!strcmp(command, "run"))
        return run();
    if (!strcmp(command, "create"))
        return create();
    if (!strcmp(command, "start"))
        return write_file(state_path("/start"), "x", 0), 0;
    if (!strcmp(command, "state"))
        return state();
    if (!strcmp(command, "kill"))
        return ok(kill(atoi(read_file(state_path("/pid"))), SIGCONT), "kill", id);
    if (!strcmp(command, "delete"))
        return delete();
    if (!strcmp(command, "exec") && argc > 4)
        return exec_in(argv[4]);
    return 2;
}
