// A disk that fails by order: a library in front of libc (LD_PRELOAD) for the tests of faults.
//
// VM_TEST_DISK names a file with the order below, which is mapped, so that a test gives and withdraws it while the
// program runs. Only files below VM_TEST_DISK_FOLDER are meant, and sockets where the order says so. Without an order
// each call costs one read of memory. tests/src/disk.rs is the other side.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum fault { EIO_FAULT = 1, FULL_FAULT = 2, SHORT_FAULT = 3, CRASH_FAULT = 4 };
enum call { WRITE = 1, SYNC = 2, TRUNCATE = 4, CREATE = 8 };
enum kind { DATABASE = 1, LOG = 2, JOURNAL = 4, INDEX = 8, SPOOL = 16, MAILS = 32, OTHER = 64, SOCKET = 128 };

struct order {
    _Atomic uint32_t given;   // 0: the disk is well
    uint32_t fault;           // enum fault
    uint32_t calls;           // enum call, added up
    uint32_t kinds;           // enum kind, added up
    uint32_t after;           // calls that go well before the first that fails
    uint32_t times;           // calls that fail; 0: all until the order is withdrawn
    _Atomic uint32_t seen;    // calls that were meant so far
    _Atomic uint32_t failed;  // calls that failed so far
};

static struct order *order;
static const char *folder;
static size_t folder_length;
// After a short write nothing more fits, so that the writer's second attempt fails.
static _Thread_local int short_of = -1;

__attribute__((constructor)) static void start(void) {
    const char *name = getenv("VM_TEST_DISK");
    folder = getenv("VM_TEST_DISK_FOLDER");
    if (!name || !folder) return;
    folder_length = strlen(folder);
    int file = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof(struct order), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (mapped != MAP_FAILED) order = mapped;
}

static int ends(const char *path, const char *end) {
    size_t length = strlen(path), end_length = strlen(end);
    return length >= end_length && strcmp(path + length - end_length, end) == 0;
}

static uint32_t kind_of(const char *path) {
    if (strncmp(path, "socket:", 7) == 0) return SOCKET;
    if (strncmp(path, folder, folder_length) != 0) return 0;
    if (ends(path, "market.db")) return DATABASE;
    if (ends(path, "-wal")) return LOG;
    if (ends(path, "-journal")) return JOURNAL;
    if (ends(path, "-shm")) return INDEX;
    if (strstr(path, "/spool/")) return SPOOL;
    if (strstr(path, "/mails/")) return MAILS;
    return OTHER;
}

// Whether this call on this path is to fail.
static int meant(uint32_t call, const char *path) {
    if (!(order->calls & call) || !(order->kinds & kind_of(path))) return 0;
    uint32_t at = atomic_fetch_add(&order->seen, 1);
    if (at < order->after || (order->times && at >= order->after + order->times)) return 0;
    atomic_fetch_add(&order->failed, 1);
    return 1;
}

static int meant_file(uint32_t call, int file) {
    if (!order || !atomic_load_explicit(&order->given, memory_order_acquire)) return 0;
    char link[48], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return meant(call, path);
}

// As a power cut: nothing of the process runs after this.
static void crash(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int fail(void) {
    errno = order->fault == EIO_FAULT ? EIO : ENOSPC;
    return -1;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// A call that writes `length` bytes: `whole` writes all of them, `half` the first half.
#define WRITES(file, length, whole, half) \
    if (short_of == (file)) { short_of = -1; if (order && order->given) { errno = ENOSPC; return -1; } } \
    if (!meant_file(WRITE, file)) return whole; \
    if (order->fault == CRASH_FAULT) { ssize_t written = whole; crash(); return written; } \
    if (order->fault != SHORT_FAULT) return fail(); \
    if ((length) < 2) { errno = ENOSPC; return -1; } \
    short_of = (file); \
    return half

ssize_t write(int file, const void *from, size_t length) {
    REAL(write);
    WRITES(file, length, real(file, from, length), real(file, from, length / 2));
}

ssize_t pwrite(int file, const void *from, size_t length, off_t at) {
    REAL(pwrite);
    WRITES(file, length, real(file, from, length, at), real(file, from, length / 2, at));
}

ssize_t pwrite64(int file, const void *from, size_t length, off64_t at) {
    REAL(pwrite64);
    WRITES(file, length, real(file, from, length, at), real(file, from, length / 2, at));
}

ssize_t send(int file, const void *from, size_t length, int flags) {
    REAL(send);
    WRITES(file, length, real(file, from, length, flags), real(file, from, length / 2, flags));
}

// A call that only goes well or not; it has happened before a crash.
#define GOES(kind, file, whole) \
    if (!meant_file(kind, file)) return whole; \
    if (order->fault == CRASH_FAULT) { int done = whole; crash(); return done; } \
    return fail()

int fsync(int file) {
    REAL(fsync);
    GOES(SYNC, file, real(file));
}

int fdatasync(int file) {
    REAL(fdatasync);
    GOES(SYNC, file, real(file));
}

int ftruncate(int file, off_t length) {
    REAL(ftruncate);
    GOES(TRUNCATE, file, real(file, length));
}

int ftruncate64(int file, off64_t length) {
    REAL(ftruncate64);
    GOES(TRUNCATE, file, real(file, length));
}

// Making a file that is not there.
static int meant_new(const char *path, int flags) {
    if (!order || !atomic_load_explicit(&order->given, memory_order_acquire)) return 0;
    return (flags & O_CREAT) && access(path, F_OK) != 0 && meant(CREATE, path);
}

#define OPENS(path, flags, ...) \
    va_list more; \
    va_start(more, flags); \
    mode_t mode = (flags) & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
    va_end(more); \
    if (meant_new(path, flags)) { \
        if (order->fault != CRASH_FAULT) return fail(); \
        int file = real(__VA_ARGS__); \
        crash(); \
        return file; \
    } \
    return real(__VA_ARGS__)

int open(const char *path, int flags, ...) {
    REAL(open);
    OPENS(path, flags, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    OPENS(path, flags, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
    REAL(openat);
    OPENS(path, flags, at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...) {
    REAL(openat64);
    OPENS(path, flags, at, path, flags, mode);
}
