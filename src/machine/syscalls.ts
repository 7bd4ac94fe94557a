import type { AttrOf, CommandName } from "../abi/commands.ts";
import type { Ptr } from "../abi/memory.ts";
import type { CallOptions, RawCall } from "../commands/entry.ts";
import { type Capability, capabilityMask } from "../kernel/capabilities.ts";
import type { Limits } from "../kernel/task.ts";
import type { MapLine } from "../process/idmap.ts";
import type { Call } from "./call.ts";

/**
 * System calls as methods, named after them. `M` is what a call gives: the machine after it. Where no
 * comment says more, a method is the call of its name.
 */
export abstract class Syscalls<M> {
  /** Makes a call as the current task. */
  abstract call(call: Call): M;

  /** bpf(2): a command by its name without `BPF_`, and its attr. */
  bpf<N extends CommandName>(cmd: N, attr: AttrOf<N>, options: CallOptions = {}): M {
    return this.call({ op: "bpf", cmd, attr, ...options } as Call);
  }

  /** bpf(2) with the arguments as the system call takes them. */
  rawBpf(call: RawCall): M {
    return this.call({ op: "raw", ...call });
  }

  fork(): M {
    return this.call({ op: "fork" });
  }

  exit(): M {
    return this.call({ op: "exit" });
  }

  exec(): M {
    return this.call({ op: "exec" });
  }

  close(fd: number): M {
    return this.call({ op: "close", fd });
  }

  dup(fd: number): M {
    return this.call({ op: "dup", fd });
  }

  dup2(fd: number, to: number): M {
    return this.call({ op: "dup2", fd, to });
  }

  /** Sets or clears FD_CLOEXEC. */
  cloexec(fd: number, on: boolean): M {
    return this.call({ op: "cloexec", fd, on });
  }

  socketpair(): M {
    return this.call({ op: "socketpair" });
  }

  /** Sends descriptors over a Unix socket (SCM_RIGHTS). */
  send(fd: number, fds: readonly number[]): M {
    return this.call({ op: "send", fd, fds });
  }

  recv(fd: number): M {
    return this.call({ op: "recv", fd });
  }

  mmap(fd: number, length: number, writable: boolean): M {
    return this.call({ op: "mmap", fd, length, writable });
  }

  munmap(): M {
    return this.call({ op: "munmap" });
  }

  mkdir(path: string, mode = 0o777): M {
    return this.call({ op: "mkdir", path, mode });
  }

  rmdir(path: string): M {
    return this.call({ op: "rmdir", path });
  }

  unlink(path: string): M {
    return this.call({ op: "unlink", path });
  }

  rename(path: string, to: string): M {
    return this.call({ op: "rename", path, to });
  }

  symlink(target: string, path: string): M {
    return this.call({ op: "symlink", target, path });
  }

  chmod(path: string, mode: number): M {
    return this.call({ op: "chmod", path, mode });
  }

  chown(path: string, uid: number, gid: number): M {
    return this.call({ op: "chown", path, uid, gid });
  }

  lchown(path: string, uid: number, gid: number): M {
    return this.call({ op: "lchown", path, uid, gid });
  }

  fchmod(fd: number, mode: number): M {
    return this.call({ op: "fchmod", fd, mode });
  }

  fchown(fd: number, uid: number, gid: number): M {
    return this.call({ op: "fchown", fd, uid, gid });
  }

  truncate(path: string, length: number): M {
    return this.call({ op: "truncate", path, length });
  }

  /** A second name, `to`, for what `path` names. */
  link(path: string, to: string): M {
    return this.call({ op: "link", path, to });
  }

  renameat2(path: string, to: string, flags: number): M {
    return this.call({ op: "renameat2", path, to, flags });
  }

  /** Of a node without a device number. */
  mknod(path: string, mode: number): M {
    return this.call({ op: "mknod", path, mode });
  }

  /** Opens a directory or a pinned object by path; `flags` are of open(2) (O_RDONLY is 0). */
  open(path: string, flags = 0, mode = 0): M {
    return this.call({ op: "open", path, flags, ...(mode !== 0 && { mode }) });
  }

  openat(dirfd: number, path: string, flags = 0, mode = 0): M {
    return this.call({ op: "openat", dirfd, path, flags, ...(mode !== 0 && { mode }) });
  }

  /** Reads up to `n` bytes; `text` has them. */
  read(fd: number, n: number): M {
    return this.call({ op: "read", fd, n });
  }

  write(fd: number, bytes: string): M {
    return this.call({ op: "write", fd, bytes });
  }

  lseek(fd: number, off: number, whence = 0): M {
    return this.call({ op: "lseek", fd, off, whence });
  }

  /** `out` has `mode`, `uid`, `gid`, `nlink` and `size`. */
  stat(path: string): M {
    return this.call({ op: "stat", path });
  }

  lstat(path: string): M {
    return this.call({ op: "lstat", path });
  }

  fstat(fd: number): M {
    return this.call({ op: "fstat", fd });
  }

  /** What a symlink says; `text` has it. */
  readlink(path: string, size = 4096): M {
    return this.call({ op: "readlink", path, size });
  }

  /** The names in a directory; `names` has them. */
  getdents(path: string): M {
    return this.call({ op: "getdents", path });
  }

  access(path: string, mode: number): M {
    return this.call({ op: "access", path, mode });
  }

  faccessat2(dirfd: number, path: string, mode: number, flags: number): M {
    return this.call({ op: "faccessat2", dirfd, path, mode, flags });
  }

  /** Gives a file an extended attribute; a number is a descriptor, as fsetxattr(2) takes it. */
  setxattr(file: string | number, name: string, value: string, flags = 0): M {
    const rest = { name, value, flags };
    return this.call(
      typeof file === "number"
        ? { op: "fsetxattr", fd: file, ...rest }
        : { op: "setxattr", path: file, ...rest },
    );
  }

  lsetxattr(path: string, name: string, value: string, flags = 0): M {
    return this.call({ op: "lsetxattr", path, name, value, flags });
  }

  /** The value of an extended attribute; `text` has it. */
  getxattr(file: string | number, name: string, size = 4096): M {
    return this.call(
      typeof file === "number"
        ? { op: "fgetxattr", fd: file, name, size }
        : { op: "getxattr", path: file, name, size },
    );
  }

  lgetxattr(path: string, name: string, size = 4096): M {
    return this.call({ op: "lgetxattr", path, name, size });
  }

  /** The names of a file's extended attributes; `text` has them, each with a NUL behind it. */
  listxattr(file: string | number, size = 4096): M {
    return this.call(
      typeof file === "number"
        ? { op: "flistxattr", fd: file, size }
        : { op: "listxattr", path: file, size },
    );
  }

  llistxattr(path: string, size = 4096): M {
    return this.call({ op: "llistxattr", path, size });
  }

  removexattr(file: string | number, name: string): M {
    return this.call(
      typeof file === "number"
        ? { op: "fremovexattr", fd: file, name }
        : { op: "removexattr", path: file, name },
    );
  }

  lremovexattr(path: string, name: string): M {
    return this.call({ op: "lremovexattr", path, name });
  }

  chdir(path: string): M {
    return this.call({ op: "chdir", path });
  }

  fchdir(fd: number): M {
    return this.call({ op: "fchdir", fd });
  }

  /** All three group ids. */
  setgid(gid: number): M {
    return this.call({ op: "setgid", gid });
  }

  /** mount(2): a `type` at a path, or what `flags` say of what is there or at `source`. */
  mount(
    source: Ptr,
    target: string,
    type: Ptr = 0,
    flags = 0,
    data: Ptr = 0,
  ): M {
    return this.call({ op: "mount", source, target, type, flags, data });
  }

  /** umount2(2) */
  umount(path: string, flags = 0): M {
    return this.call({ op: "umount", path, flags });
  }

  unshare(flags: number): M {
    return this.call({ op: "unshare", flags });
  }

  /** Writes /proc/PID/uid_map or gid_map of a task: lines of (inside, outside, count). */
  idmap(of: number, ids: "uid" | "gid", lines: readonly MapLine[]): M {
    return this.call({ op: "idmap", of, ids, lines });
  }

  fsopen(type: Ptr, flags = 0): M {
    return this.call({ op: "fsopen", type, flags });
  }

  fsconfig(fd: number, cmd: number, key: Ptr = 0, value: Ptr = 0): M {
    return this.call({ op: "fsconfig", fd, cmd, key, value });
  }

  fsmount(fd: number, flags = 0): M {
    return this.call({ op: "fsmount", fd, flags });
  }

  /** move_mount(2) of what a descriptor of fsmount is of. */
  moveMount(fd: number, path: string): M {
    return this.call({ op: "move_mount", fd, path });
  }

  /** Reads the lines of /proc/self/mounts that are of type bpf; `lines` has them. */
  mounts(): M {
    return this.call({ op: "mounts" });
  }

  /** statfs(2); `out` has `type`, `bsize`, `namelen` and `flags`. */
  statfs(path: string): M {
    return this.call({ op: "statfs", path });
  }

  umask(mask: number): M {
    return this.call({ op: "umask", mask });
  }

  setuid(uid: number): M {
    return this.call({ op: "setuid", uid });
  }

  /** Keeps just the named capabilities, in the effective and the permitted set. */
  capset(names: readonly Capability[]): M {
    return this.call({ op: "capset", mask: capabilityMask(names) });
  }

  setrlimit(limits: Partial<Limits>): M {
    return this.call({ op: "setrlimit", limits });
  }
}
