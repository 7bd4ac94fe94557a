import { access } from "../bpffs/access.ts";
import * as attributes from "../bpffs/attributes.ts";
import { fsconfig, fsmount, fsopen, moveMount } from "../bpffs/fsopen.ts";
import { link } from "../bpffs/link.ts";
import { mknod } from "../bpffs/mknod.ts";
import { mount } from "../bpffs/mount.ts";
import { mounts } from "../bpffs/mount_lines.ts";
import * as names from "../bpffs/names.ts";
import { open } from "../bpffs/open.ts";
import * as reading from "../bpffs/read.ts";
import { rename } from "../bpffs/rename.ts";
import * as stats from "../bpffs/stat.ts";
import { statfs } from "../bpffs/statfs.ts";
import { truncate } from "../bpffs/truncate.ts";
import { umount } from "../bpffs/umount.ts";
import * as xattrs from "../bpffs/xattrs.ts";
import { bpf, rawBpf } from "../commands/entry.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type Outcome, unmodelled } from "../kernel/outcome.ts";
import * as descriptors from "../process/descriptors.ts";
import { idmap } from "../process/idmap.ts";
import * as life from "../process/life.ts";
import * as mappings from "../process/mappings.ts";
import { unshare } from "../process/namespaces.ts";
import * as places from "../process/places.ts";
import type { Call } from "./call.ts";

/**
 * One call by one task: the whole machine as a function.
 *
 * @example
 * ```ts
 * import { bootKernel, step } from "bpfspec";
 * const { kernel } = step(bootKernel("6.18"), 0, { op: "fork" });
 * if (kernel.tasks.size !== 2) throw new Error("no child");
 * ```
 */
export function step(k: Kernel, taskNumber: number, call: Call): Outcome {
  const task = k.tasks.get(taskNumber);
  if (task === undefined || !task.alive) return unmodelled(k, "a call by a task that is not alive");
  switch (call.op) {
    case "bpf":
      return bpf(k, task, call.cmd, call.attr, call);
    case "raw":
      return rawBpf(k, task, call);
    case "fork":
      return life.fork(k, task);
    case "exit":
      return life.exit(k, task);
    case "exec":
      return life.exec(k, task);
    case "close":
      return descriptors.close(k, task, call.fd);
    case "dup":
      return descriptors.dup(k, task, call.fd);
    case "dup2":
      return descriptors.dup2(k, task, call.fd, call.to);
    case "cloexec":
      return descriptors.setCloexec(k, task, call.fd, call.on);
    case "socketpair":
      return descriptors.socketpair(k, task);
    case "send":
      return descriptors.send(k, task, call.fd, call.fds);
    case "recv":
      return descriptors.recv(k, task, call.fd);
    case "mmap":
      return mappings.mmap(k, task, call.fd, call.length, call.writable);
    case "munmap":
      return mappings.munmap(k, task);
    case "mkdir":
      return names.mkdir(k, task, call.path, call.mode);
    case "rmdir":
      return names.rmdir(k, task, call.path);
    case "unlink":
      return names.unlink(k, task, call.path);
    case "rename":
      return rename(k, task, call.path, call.to);
    case "renameat2":
      return rename(k, task, call.path, call.to, call.flags);
    case "symlink":
      return names.symlink(k, task, call.target, call.path);
    case "link":
      return link(k, task, call.path, call.to);
    case "mknod":
      return mknod(k, task, call.path, call.mode);
    case "chmod":
    case "fchmod":
      return attributes.chmod(k, task, call, call.mode);
    case "chown":
    case "fchown":
      return attributes.chown(k, task, call, call.uid, call.gid);
    case "lchown":
      return attributes.chown(k, task, itself(call), call.uid, call.gid);
    case "truncate":
      return truncate(k, task, call.path, call.length);
    case "mount":
      return mount(k, task, call);
    case "umount":
      return umount(k, task, call.path, call.flags);
    case "unshare":
      return unshare(k, task, call.flags);
    case "idmap":
      return idmap(k, task, call.of, call.ids, call.lines);
    case "fsopen":
      return fsopen(k, task, call.type, call.flags);
    case "fsconfig":
      return fsconfig(k, task, call.fd, call.cmd, call.key, call.value);
    case "fsmount":
      return fsmount(k, task, call.fd, call.flags);
    case "move_mount":
      return moveMount(k, task, call.fd, call.path);
    case "mounts":
      return mounts(k, task);
    case "statfs":
      return statfs(k, task, call.path);
    case "open":
    case "openat":
      return open(k, task, call);
    case "read":
      return reading.read(k, task, call.fd, call.n);
    case "write":
      return reading.write(k, task, call.fd);
    case "lseek":
      return reading.lseek(k, task, call.fd, call.whence);
    case "stat":
      return stats.stat(k, task, call.path, true);
    case "lstat":
      return stats.stat(k, task, call.path, false);
    case "fstat":
      return stats.fstat(k, task, call.fd);
    case "readlink":
      return stats.readlink(k, task, call.path, call.size);
    case "getdents":
      return stats.getdents(k, task, call.path);
    case "access":
    case "faccessat2":
      return access(k, task, call);
    case "setxattr":
    case "fsetxattr":
      return xattrs.setxattr(k, task, call, call.name, call.value, call.flags);
    case "lsetxattr":
      return xattrs.setxattr(k, task, itself(call), call.name, call.value, call.flags);
    case "getxattr":
    case "fgetxattr":
      return xattrs.getxattr(k, task, call, call.name, call.size);
    case "lgetxattr":
      return xattrs.getxattr(k, task, itself(call), call.name, call.size);
    case "listxattr":
    case "flistxattr":
      return xattrs.listxattr(k, task, call, call.size);
    case "llistxattr":
      return xattrs.listxattr(k, task, itself(call), call.size);
    case "removexattr":
    case "fremovexattr":
      return xattrs.removexattr(k, task, call, call.name);
    case "lremovexattr":
      return xattrs.removexattr(k, task, itself(call), call.name);
    case "chdir":
      return places.chdir(k, task, call.path);
    case "fchdir":
      return places.fchdir(k, task, call.fd);
    case "setgid":
      return life.setgid(k, task, call.gid);
    case "umask":
      return life.umask(k, task, call.mask);
    case "setuid":
      return life.setuid(k, task, call.uid);
    case "capset":
      return life.capset(k, task, call.mask);
    case "setrlimit":
      return life.setrlimit(k, task, call.limits);
    default:
      return unmodelled(k, `a call that the machine does not know: ${(call as Call).op}`);
  }
}

/** What a path names, a symlink as the last name being that symlink. */
function itself({ path }: { readonly path: string }): attributes.Target {
  return { path, follows: false };
}
