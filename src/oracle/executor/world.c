// SPDX-License-Identifier: MIT
// The executor's own namespaces and limits, the same on every machine, and those of a script.
#include "executor.h"

static void must(const char *what, s64 error) {
  if (error < 0) die(what, error);
}

u64 now_ms(void) {
  struct timespec time;
  sys2(SYS_clock_gettime, 1, &time);
  return time.sec * 1000 + time.nsec / 1000000;
}

void sleep_ms(u64 ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  sys2(SYS_nanosleep, &time, 0);
}

// Maps what main and the tasks share; a task that comes out of execve finds it by its path.
void map_shared(int create) {
  s64 fd = sys3(SYS_open, SHARED_FILE, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0666);
  if (fd >= 0 && create) sys2(SYS_ftruncate, fd, SHARED_SIZE);
  s64 at = sys6(SYS_mmap, SHARED_BASE, SHARED_SIZE, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_FIXED, fd, 0);
  sys1(SYS_close, fd);
  if (at == (s64)SHARED_BASE) return;
  if (create) die("mapping " SHARED_FILE, at);
  sys1(SYS_exit_group, 1);
}

// A copy that execve can reach from every mount namespace, and by every user.
static void copy_self(void) {
  static u8 buffer[16384];
  s64 n, from = sys3(SYS_open, "/proc/self/exe", O_RDONLY, 0);
  must("opening /proc/self/exe", from);
  s64 to = sys3(SYS_open, SELF_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0777);
  must("creating " SELF_FILE, to);
  while ((n = sys3(SYS_read, from, buffer, sizeof buffer)) > 0) {
    must("writing " SELF_FILE, sys3(SYS_write, to, buffer, n));
  }
  sys1(SYS_close, from);
  sys1(SYS_close, to);
}

static void limit(u32 what, u64 value) {
  u64 wanted[2] = {value, value}, now[2];
  if (sys2(SYS_setrlimit, what, wanted) >= 0) return;
  // Without CAP_SYS_RESOURCE the hard limit cannot rise; then as high as it goes.
  sys4(SYS_prlimit64, 0, what, 0, now);
  now[0] = now[1];
  must("setrlimit", sys2(SYS_setrlimit, what, now));
}

// Some machines do not give root CAP_SYS_RESOURCE; so that all agree, none has it here.
static void drop_resource(void) {
  struct {
    u32 version;
    s32 pid;
  } header = {0x20080522, 0};
  u32 sets[2][3];
  sys5(SYS_prctl, PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0);
  must("capget", sys2(SYS_capget, &header, sets));
  for (u32 i = 0; i < 3; i++) sets[0][i] &= ~(1u << CAP_SYS_RESOURCE);
  must("capset", sys2(SYS_capset, &header, sets));
}

// Scripts get /tmp and, where they ask for it, a bpffs. The rest of the root mount is read-only.
static void make_filesystem(void) {
  must("making mounts private", sys5(SYS_mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0));
  while (sys2(SYS_umount2, "/sys/fs/bpf", 2) >= 0) continue;
  must("mounting on " PRIVATE_DIR,
       sys5(SYS_mount, "tmpfs", PRIVATE_DIR, "tmpfs", 0, "mode=0755"));
  must("mounting on /tmp", sys5(SYS_mount, "tmpfs", "/tmp", "tmpfs", 0, "mode=1777"));
  sys1(SYS_umask, 0);
  copy_self();
  map_shared(1);
  must("making / read-only",
       sys5(SYS_mount, 0, "/", 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0));
}

void make_world(void) {
  u64 chld = 1ul << (SIGCHLD - 1);
  must("unshare", sys1(SYS_unshare, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC));
  make_filesystem();
  limit(RLIMIT_NOFILE, 1024);
  limit(RLIMIT_MEMLOCK, ~0ul);
  limit(RLIMIT_CORE, 0);
  drop_resource();
  sys1(SYS_umask, 022);
  must("chdir", sys1(SYS_chdir, "/"));
  sys4(SYS_rt_sigprocmask, SIG_BLOCK, &chld, 0, 8);
}

// fs=1: mounts of the script's own, a fresh bpffs and a fresh /tmp among them.
s64 give_filesystem(void) {
  s64 error = sys1(SYS_unshare, CLONE_NEWNS);
  if (error >= 0) error = sys5(SYS_mount, "bpf", "/sys/fs/bpf", "bpf", 0, 0);
  if (error >= 0) error = sys5(SYS_mount, "tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
  return error;
}
