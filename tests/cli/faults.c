/* Makes the file-system call number N below a folder fail, or kills the program at it; see faults.rs.
 *
 * VARDAG_FAULT        kill@N, or the number of an error and @N, with a + before the @ of this and every later call that
 *                     changes something; N counts from 1, calls below the folder only
 * VARDAG_FAULT_ROOT   the folder, an absolute path
 * VARDAG_FAULT_LOG    a file that tells the call, once the fault has happened
 * VARDAG_NO_EXCHANGE  the number of an error that renameat2 always gives; the program makes it without libc
 *
 * Kills are tried only at calls that change something, a full disk only at those that need room. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOKS, CHANGES, GROWS };

static const char *root, *log_path;
static int error; /* 0: kill */
static int lasts;
static long at;
static atomic_long calls;

static void refuse_renameat2(int with) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (with & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        fprintf(stderr, "no seccomp here\n");
        _exit(99);
    }
}

__attribute__((constructor)) static void start(void) {
    const char *fault = getenv("VARDAG_FAULT"), *renameat2_error = getenv("VARDAG_NO_EXCHANGE");
    root = getenv("VARDAG_FAULT_ROOT");
    log_path = getenv("VARDAG_FAULT_LOG");
    if (fault && strchr(fault, '@')) {
        error = atoi(fault);
        lasts = strstr(fault, "+@") != NULL;
        at = atol(strchr(fault, '@') + 1);
    }
    if (renameat2_error) refuse_renameat2(atoi(renameat2_error));
}

/* The error that a call is to give; 0 for none. */
static int fault(const char *call, const char *path, int effect) {
    if (!root || !at || strncmp(path, root, strlen(root))) return 0;
    if (effect < (error == 0 || lasts ? CHANGES : error == ENOSPC ? GROWS : LOOKS)) return 0;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (number != at) return lasts && number > at ? error : 0;
    char line[4096];
    int length = snprintf(line, sizeof line, "%s %s", call, path + strlen(root));
    int file = syscall(SYS_openat, AT_FDCWD, log_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    syscall(SYS_write, file, line, length);
    syscall(SYS_close, file);
    if (!error) {
        syscall(SYS_kill, getpid(), SIGKILL);
        for (;;) pause();
    }
    return error;
}

/* The same for a name below an open folder, or for the open file itself. */
static int fault_at(const char *call, int fd, const char *name, int effect) {
    char link[64], path[8192];
    if (name && name[0] == '/') return fault(call, name, effect);
    if (!root || fd == AT_FDCWD) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlink, link, path, 4096);
    if (length <= 0) return 0;
    path[length] = 0;
    if (name && name[0]) snprintf(path + length, sizeof path - length, "/%s", name);
    return fault(call, path, effect);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL_IF(test)          \
    do {                       \
        int with = (test);     \
        if (with) {            \
            errno = with;      \
            return -1;         \
        }                      \
    } while (0)
#define MODE(flags)                    \
    mode_t mode = 0;                   \
    if (flags & O_CREAT) {             \
        va_list rest;                  \
        va_start(rest, flags);         \
        mode = va_arg(rest, mode_t);   \
        va_end(rest);                  \
    }

int open64(const char *path, int flags, ...) {
    MODE(flags)
    FAIL_IF(fault("open", path, flags & O_CREAT ? GROWS : LOOKS));
    return NEXT(open64)(path, flags, mode);
}
int openat64(int fd, const char *path, int flags, ...) {
    MODE(flags)
    FAIL_IF(fault_at("openat", fd, path, flags & O_CREAT ? GROWS : LOOKS));
    return NEXT(openat64)(fd, path, flags, mode);
}
DIR *opendir(const char *path) {
    int with = fault("opendir", path, LOOKS);
    if (with) {
        errno = with;
        return NULL;
    }
    return NEXT(opendir)(path);
}
struct dirent64 *readdir64(DIR *folder) {
    int with = fault_at("readdir", dirfd(folder), NULL, LOOKS);
    if (with) {
        errno = with;
        return NULL;
    }
    return NEXT(readdir64)(folder);
}
int statx(int fd, const char *path, int flags, unsigned mask, struct statx *into) {
    FAIL_IF(fault_at("stat", fd, path, LOOKS));
    return NEXT(statx)(fd, path, flags, mask, into);
}
ssize_t readlink(const char *path, char *into, size_t length) {
    FAIL_IF(fault("readlink", path, LOOKS));
    return NEXT(readlink)(path, into, length);
}
ssize_t read(int fd, void *into, size_t length) {
    FAIL_IF(fault_at("read", fd, NULL, LOOKS));
    return NEXT(read)(fd, into, length);
}
ssize_t write(int fd, const void *from, size_t length) {
    FAIL_IF(fault_at("write", fd, NULL, GROWS));
    return NEXT(write)(fd, from, length);
}
int mkdir(const char *path, mode_t mode) {
    FAIL_IF(fault("mkdir", path, GROWS));
    return NEXT(mkdir)(path, mode);
}
int symlink(const char *target, const char *path) {
    FAIL_IF(fault("symlink", path, GROWS));
    return NEXT(symlink)(target, path);
}
int rename(const char *from, const char *to) {
    FAIL_IF(fault("rename", from, CHANGES));
    return NEXT(rename)(from, to);
}
int unlink(const char *path) {
    FAIL_IF(fault("unlink", path, CHANGES));
    return NEXT(unlink)(path);
}
int unlinkat(int fd, const char *path, int flags) {
    FAIL_IF(fault_at("unlinkat", fd, path, CHANGES));
    return NEXT(unlinkat)(fd, path, flags);
}
int rmdir(const char *path) {
    FAIL_IF(fault("rmdir", path, CHANGES));
    return NEXT(rmdir)(path);
}
int fsync(int fd) {
    FAIL_IF(fault_at("fsync", fd, NULL, CHANGES));
    return NEXT(fsync)(fd);
}
int fdatasync(int fd) {
    FAIL_IF(fault_at("fdatasync", fd, NULL, CHANGES));
    return NEXT(fdatasync)(fd);
}
int flock(int fd, int operation) {
    FAIL_IF(fault_at("flock", fd, NULL, CHANGES));
    return NEXT(flock)(fd, operation);
}
int chmod(const char *path, mode_t mode) {
    FAIL_IF(fault("chmod", path, CHANGES));
    return NEXT(chmod)(path, mode);
}
