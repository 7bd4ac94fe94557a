// SPDX-License-Identifier: MIT
// What a step can do. Most ops are one system call whose arguments are the keys in their order.
#include "executor.h"

// attr is area 0, or attr=@address; its size is the area's unless size= says otherwise.
static s64 op_bpf(struct call *c) {
  struct area *area = &c->step->areas[0];
  u64 attr = number_or(c, "attr", area->present ? area_address(c, 0) : 0);
  u64 cmd = number_of(c, "cmd"), size = number_or(c, "size", area->size);
  u64 common = number_or(c, "common", 0), size_common = number_or(c, "size_common", 0);
  if (c->why) return 0;
  return sys5(SYS_bpf, cmd, attr, size, common, size_common);
}

static s64 op_fork(struct call *c) {
  return fork_task(number_or(c, "flags", 0));
}

static s64 op_exit(struct call *c) {
  s64 code = number_or(c, "code", 0);
  capture_areas(c);
  exit_task(c->step, code);
}

static s64 op_exec(struct call *c) {
  (void)c;
  return exec_task();
}

// uid or gid: the real, the effective and the saved one
static s64 op_setuid(struct call *c) {
  return sys3(SYS_setresuid, c->arg[0], c->arg[0], c->arg[0]);
}

static s64 op_setgid(struct call *c) {
  return sys3(SYS_setresgid, c->arg[0], c->arg[0], c->arg[0]);
}

// Sets the sets that are given and leaves the others.
static s64 op_caps(struct call *c) {
  static const char *const KEYS[3] = {"eff", "perm", "inh"};
  struct {
    u32 version;
    s32 pid;
  } header = {0x20080522, 0};
  u32 sets[2][3];
  s64 error = sys2(SYS_capget, &header, sets);
  if (error < 0) return error;
  for (u32 i = 0; i < 3; i++) {
    if (!word_of(c, KEYS[i])) continue;
    u64 set = number_of(c, KEYS[i]);
    sets[0][i] = set;
    sets[1][i] = set >> 32;
  }
  return c->why ? 0 : sys2(SYS_capset, &header, sets);
}

static s64 op_rlimit(struct call *c) {
  u64 limits[2] = {c->arg[1], c->arg[2]};
  return sys2(SYS_setrlimit, c->arg[0], limits);
}

static s64 op_renameat2(struct call *c) {
  const s64 here = -100;           // AT_FDCWD
  return sys5(SYS_renameat2, here, c->arg[0], here, c->arg[1], c->arg[2]);
}

// Does nothing, for as long as ms= says.
static s64 op_pause(struct call *c) {
  struct timespec time = {c->arg[0] / 1000, c->arg[0] % 1000 * 1000000};
  return c->arg[0] ? sys2(SYS_nanosleep, &time, 0) : 0;
}

// Any system call: nr and x0 to x5.
static s64 op_sys(struct call *c) {
  static const char *const KEYS[6] = {"x0", "x1", "x2", "x3", "x4", "x5"};
  u64 x[6], nr = number_of(c, "nr");
  for (u32 i = 0; i < 6; i++) x[i] = number_or(c, KEYS[i], 0);
  return c->why ? 0 : sys6(nr, x[0], x[1], x[2], x[3], x[4], x[5]);
}

#define CALL(name, nr, keys) {name, nr, keys, 0}
#define OWN(name, keys, run) {name, ARGUMENTS, keys, run}
#define FREE(name, keys, run) {name, WORDS, keys, run}

const struct op OPS[] = {
    FREE("bpf", "cmd size? attr? common? size_common?", op_bpf),
    CALL("close", SYS_close, "fd"),
    CALL("dup", SYS_dup, "fd"),
    CALL("dup2", SYS_dup2, "fd to"),
    FREE("fork", "flags?", op_fork),
    FREE("exit", "code?", op_exit),
    OWN("exec", "", op_exec),
    OWN("socketpair", "", op_socketpair),
    FREE("send", "fd fds?", op_send),
    OWN("recv", "fd cloexec?", op_recv),
    CALL("fcntl", SYS_fcntl, "fd cmd arg?"),
    CALL("mkdir", SYS_mkdir, "*path mode"),
    CALL("rmdir", SYS_rmdir, "*path"),
    CALL("unlink", SYS_unlink, "*path"),
    CALL("rename", SYS_rename, "*path *to"),
    OWN("renameat2", "*path *to flags", op_renameat2),
    CALL("symlink", SYS_symlink, "*target *path"),
    CALL("link", SYS_link, "*path *to"),
    CALL("open", SYS_open, "*path flags mode?"),
    CALL("openat", SYS_openat, "dirfd *path flags mode?"),
    OWN("read", "fd n", op_read),
    OWN("write", "fd", op_write),
    CALL("lseek", SYS_lseek, "fd off whence"),
    CALL("chmod", SYS_chmod, "*path mode"),
    CALL("chown", SYS_chown, "*path uid gid"),
    CALL("umask", SYS_umask, "mask"),
    OWN("stat", "*path", op_stat),
    OWN("lstat", "*path", op_stat),
    OWN("fstat", "fd", op_stat),
    OWN("statfs", "*path", op_statfs),
    CALL("mount", SYS_mount, "*source? *target *type? flags? *data?"),
    CALL("umount", SYS_umount2, "*path flags?"),
    CALL("chdir", SYS_chdir, "*path"),
    CALL("chroot", SYS_chroot, "*path"),
    OWN("setuid", "uid", op_setuid),
    OWN("setgid", "gid", op_setgid),
    CALL("setfsuid", SYS_setfsuid, "uid"),
    FREE("caps", "eff? perm? inh?", op_caps),
    CALL("prctl", SYS_prctl, "op arg2? arg3? arg4? arg5?"),
    OWN("rlimit", "res cur max", op_rlimit),
    CALL("unshare", SYS_unshare, "flags"),
    OWN("mmap", "fd prot flags len off?", op_mmap),
    OWN("munmap", "map", op_munmap),
    OWN("peek", "map off n", op_peek),
    OWN("poke", "map off", op_poke),
    OWN("getdents", "*path", op_getdents),
    CALL("access", SYS_access, "*path mode"),
    CALL("faccessat", SYS_faccessat, "dirfd *path mode"),
    CALL("faccessat2", SYS_faccessat2, "dirfd *path mode flags"),
    CALL("setns", SYS_setns, "fd type?"),
    OWN("mounts", "", op_mounts),
    OWN("idmap", "task ids", op_idmap),
    OWN("pause", "ms?", op_pause),
    FREE("sys", "nr x0? x1? x2? x3? x4? x5?", op_sys),
    {0},
};
