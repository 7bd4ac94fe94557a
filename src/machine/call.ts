import type { AttrOf, CommandName } from "../abi/commands.ts";
import type { Ptr } from "../abi/memory.ts";
import type { MountCall } from "../bpffs/mount_asked.ts";
import type { CallOptions, RawCall } from "../commands/entry.ts";
import type { Limits } from "../kernel/task.ts";
import type { MapLine } from "../process/idmap.ts";

/** A typed bpf(2) call of one command. */
export interface BpfCall<N extends CommandName = CommandName> extends CallOptions {
  readonly op: "bpf";
  readonly cmd: N;
  readonly attr: AttrOf<N>;
}

/** A call that a task makes: bpf(2), or one of the calls that bpf(2) life depends on. */
export type Call =
  | BpfCall
  | ({ readonly op: "raw" } & RawCall)
  | { readonly op: "fork" }
  | { readonly op: "exit" }
  | { readonly op: "exec" }
  | { readonly op: "close"; readonly fd: number }
  | { readonly op: "dup"; readonly fd: number }
  | { readonly op: "dup2"; readonly fd: number; readonly to: number }
  | { readonly op: "cloexec"; readonly fd: number; readonly on: boolean }
  | { readonly op: "socketpair" }
  | { readonly op: "send"; readonly fd: number; readonly fds: readonly number[] }
  | { readonly op: "recv"; readonly fd: number }
  | {
    readonly op: "mmap";
    readonly fd: number;
    readonly length: number;
    readonly writable: boolean;
  }
  | { readonly op: "munmap" }
  | { readonly op: "mkdir"; readonly path: string; readonly mode: number }
  | { readonly op: "rmdir"; readonly path: string }
  | { readonly op: "unlink"; readonly path: string }
  | { readonly op: "rename"; readonly path: string; readonly to: string }
  | { readonly op: "symlink"; readonly target: string; readonly path: string }
  | { readonly op: "chmod"; readonly path: string; readonly mode: number }
  | { readonly op: "chown"; readonly path: string; readonly uid: number; readonly gid: number }
  | { readonly op: "lchown"; readonly path: string; readonly uid: number; readonly gid: number }
  | { readonly op: "fchmod"; readonly fd: number; readonly mode: number }
  | { readonly op: "fchown"; readonly fd: number; readonly uid: number; readonly gid: number }
  | { readonly op: "truncate"; readonly path: string; readonly length: number }
  | { readonly op: "link"; readonly path: string; readonly to: string }
  | {
    readonly op: "renameat2";
    readonly path: string;
    readonly to: string;
    readonly flags: number;
  }
  | { readonly op: "mknod"; readonly path: string; readonly mode: number }
  | { readonly op: "open"; readonly path: string; readonly flags: number; readonly mode?: number }
  | {
    readonly op: "openat";
    readonly dirfd: number;
    readonly path: string;
    readonly flags: number;
    readonly mode?: number;
  }
  | { readonly op: "read"; readonly fd: number; readonly n: number }
  | { readonly op: "write"; readonly fd: number; readonly bytes: string }
  | {
    readonly op: "lseek";
    readonly fd: number;
    readonly off: number;
    readonly whence: number;
  }
  | { readonly op: "stat"; readonly path: string }
  | { readonly op: "lstat"; readonly path: string }
  | { readonly op: "fstat"; readonly fd: number }
  | { readonly op: "readlink"; readonly path: string; readonly size: number }
  | { readonly op: "getdents"; readonly path: string }
  | { readonly op: "access"; readonly path: string; readonly mode: number }
  | {
    readonly op: "faccessat2";
    readonly dirfd: number;
    readonly path: string;
    readonly mode: number;
    readonly flags: number;
  }
  | {
    readonly op: "setxattr" | "lsetxattr";
    readonly path: string;
    readonly name: string;
    readonly value: string;
    readonly flags: number;
  }
  | {
    readonly op: "fsetxattr";
    readonly fd: number;
    readonly name: string;
    readonly value: string;
    readonly flags: number;
  }
  | {
    readonly op: "getxattr" | "lgetxattr";
    readonly path: string;
    readonly name: string;
    readonly size: number;
  }
  | { readonly op: "fgetxattr"; readonly fd: number; readonly name: string; readonly size: number }
  | { readonly op: "listxattr" | "llistxattr"; readonly path: string; readonly size: number }
  | { readonly op: "flistxattr"; readonly fd: number; readonly size: number }
  | { readonly op: "removexattr" | "lremovexattr"; readonly path: string; readonly name: string }
  | { readonly op: "fremovexattr"; readonly fd: number; readonly name: string }
  | { readonly op: "chdir"; readonly path: string }
  | { readonly op: "fchdir"; readonly fd: number }
  | { readonly op: "setgid"; readonly gid: number }
  | ({ readonly op: "mount" } & MountCall)
  | { readonly op: "umount"; readonly path: string; readonly flags: number }
  | { readonly op: "unshare"; readonly flags: number }
  | {
    readonly op: "idmap";
    readonly of: number;
    readonly ids: "uid" | "gid";
    readonly lines: readonly MapLine[];
  }
  | { readonly op: "fsopen"; readonly type: Ptr; readonly flags: number }
  | {
    readonly op: "fsconfig";
    readonly fd: number;
    readonly cmd: number;
    readonly key: Ptr;
    readonly value: Ptr;
  }
  | { readonly op: "fsmount"; readonly fd: number; readonly flags: number }
  | { readonly op: "move_mount"; readonly fd: number; readonly path: string }
  | { readonly op: "mounts" }
  | { readonly op: "statfs"; readonly path: string }
  | { readonly op: "umask"; readonly mask: number }
  | { readonly op: "setuid"; readonly uid: number }
  | { readonly op: "capset"; readonly mask: bigint }
  | { readonly op: "setrlimit"; readonly limits: Partial<Limits> };
