import { rules } from "../kernel/rule.ts";

export const MOUNT = rules("mount", {
  fault: ["EFAULT", "the type or the source cannot be read"],
  too_long: ["EINVAL", "the type or the source has no NUL within 4,096 bytes"],
  data_fault: ["EFAULT", "the data cannot be read"],
  nouser: ["EINVAL", "`flags` has MS_NOUSER"],
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN over its mount namespace"],
  not_ours: [
    "EINVAL",
    "the target is to be changed (MS_REMOUNT) and is not mounted in the caller's mount namespace",
  ],
  not_mounted: ["EINVAL", "the target is to be changed (MS_REMOUNT) and nothing is mounted there"],
  locked_flags: [
    "EPERM",
    "the mount came from a mount namespace of more privilege (MS_REMOUNT), and read-only, nosuid, nodev or noexec is to be taken from it, or how it keeps access times is to be changed",
  ],
  remount_owner: [
    "EPERM",
    "the file system is to be changed (MS_REMOUNT) and was made in a user namespace over which the caller has no CAP_SYS_ADMIN",
  ],
  remount_busy: [
    "EBUSY",
    "a mount or an instance is made read-only, and a file on it is open for writing, or on an instance a removed file is still open",
  ],
  no_source: ["EINVAL", "something is to be bound or moved and no source is given"],
  move_not_mounted: ["EINVAL", "what is to be moved is not mounted there", { since: "6.18" }],
  move_kind: ["EINVAL", "a directory is to be moved onto a file, or a file onto a directory", {
    since: "6.18",
  }],
  detached: ["ENOENT", "the target was removed, or its mount is mounted nowhere"],
  detached_old: ["EINVAL", "the mount of the target is mounted nowhere", { until: "6.1" }],
  target_not_ours: ["EINVAL", "the target is mounted in another mount namespace than the caller's"],
  source_not_ours: ["EINVAL", "the source is not mounted in the caller's mount namespace"],
  locked: [
    "EINVAL",
    "what is mounted below the source (bind) or the source (move) is locked to its place",
  ],
  same: ["EBUSY", "the file system that is to be mounted is mounted at the target already"],
  not_dir: ["ENOTDIR", "a directory is to be mounted or bound on a file, or a file on a directory"],
  move_root: [
    "EINVAL",
    "what is to be moved is not mounted there, or is a directory where the target is none, or the other way round",
    { until: "6.12" },
  ],
  move_below: ["ELOOP", "the target is on what is to be moved"],
  no_type: ["EINVAL", "no type is given"],
  type: ["ENODEV", "there is no file system of the type"],
  userns: [
    "EPERM",
    "the user namespace is not the initial one: a bpffs is made there by nobody (before 6.12), or by who has CAP_SYS_ADMIN in the initial one",
  ],
});
