// SPDX-License-Identifier: MIT
// Raw x86_64 system calls and the few kernel numbers that the executor itself needs. The numbers
// are written out so that the executor builds wherever there is a C compiler, with no headers of a
// kernel or a libc.
#ifndef SYS_H
#define SYS_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;

enum {
  SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_close = 3, SYS_stat = 4, SYS_fstat = 5,
  SYS_lstat = 6, SYS_poll = 7, SYS_lseek = 8, SYS_mmap = 9, SYS_mprotect = 10, SYS_munmap = 11,
  SYS_rt_sigprocmask = 14, SYS_ioctl = 16, SYS_access = 21, SYS_madvise = 28,
  SYS_dup = 32, SYS_dup2 = 33,
  SYS_nanosleep = 35, SYS_getpid = 39, SYS_socketpair = 53, SYS_sendmsg = 46, SYS_recvmsg = 47,
  SYS_clone = 56, SYS_execve = 59, SYS_wait4 = 61, SYS_kill = 62, SYS_uname = 63, SYS_fcntl = 72,
  SYS_ftruncate = 77, SYS_chdir = 80, SYS_rename = 82, SYS_mkdir = 83, SYS_rmdir = 84,
  SYS_link = 86, SYS_unlink = 87, SYS_symlink = 88, SYS_chmod = 90, SYS_chown = 92,
  SYS_umask = 95, SYS_setpgid = 109, SYS_getppid = 110, SYS_setresuid = 117, SYS_setresgid = 119,
  SYS_setfsuid = 122, SYS_capget = 125, SYS_capset = 126, SYS_rt_sigtimedwait = 128,
  SYS_statfs = 137, SYS_fstatfs = 138, SYS_prctl = 157, SYS_setrlimit = 160, SYS_chroot = 161,
  SYS_mount = 165, SYS_umount2 = 166, SYS_reboot = 169, SYS_futex = 202, SYS_getdents64 = 217,
  SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_openat = 257, SYS_faccessat = 269,
  SYS_unshare = 272, SYS_prlimit64 = 302, SYS_setns = 308, SYS_renameat2 = 316, SYS_bpf = 321,
  SYS_close_range = 436, SYS_faccessat2 = 439,
};

enum { EINTR = 4, ENOENT = 2, ECHILD = 10, EAGAIN = 11, EEXIST = 17 };

enum {
  O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_TRUNC = 01000, O_NOCTTY = 0400,
  O_DIRECTORY = 0200000, O_CLOEXEC = 02000000,
  PROT_READ = 1, MADV_DONTFORK = 10, PROT_WRITE = 2, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 0x10,
  MAP_ANONYMOUS = 0x20,
  SIGKILL = 9, SIGCHLD = 17, SIG_BLOCK = 0, SIG_UNBLOCK = 1,
  MS_RDONLY = 1, MS_NOSUID = 2, MS_REMOUNT = 32, MS_BIND = 4096, MS_REC = 16384,
  MS_PRIVATE = 1 << 18,
  CLONE_NEWNS = 0x00020000, CLONE_NEWIPC = 0x08000000, CLONE_NEWNET = 0x40000000,
  CLONE_PARENT = 0x00008000,
  FUTEX_WAIT = 0, FUTEX_WAKE = 1, WNOHANG = 1,
  RLIMIT_CORE = 4, RLIMIT_NOFILE = 7, RLIMIT_MEMLOCK = 8,
  PR_CAPBSET_DROP = 24, CAP_SYS_RESOURCE = 24,
};

struct timespec {
  s64 sec, nsec;
};

static inline s64 sys6(s64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
  register u64 r10 __asm__("r10") = d;
  register u64 r8 __asm__("r8") = e;
  register u64 r9 __asm__("r9") = f;
  s64 ret;
  __asm__ volatile("syscall"
                   : "=a"(ret)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return ret;
}

#define ARG(x) ((u64)(x))
#define sys0(n) sys6(n, 0, 0, 0, 0, 0, 0)
#define sys1(n, a) sys6(n, ARG(a), 0, 0, 0, 0, 0)
#define sys2(n, a, b) sys6(n, ARG(a), ARG(b), 0, 0, 0, 0)
#define sys3(n, a, b, c) sys6(n, ARG(a), ARG(b), ARG(c), 0, 0, 0)
#define sys4(n, a, b, c, d) sys6(n, ARG(a), ARG(b), ARG(c), ARG(d), 0, 0)
#define sys5(n, a, b, c, d, e) sys6(n, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e), 0)

#endif
