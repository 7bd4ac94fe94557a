import { ACCESS } from "../bpffs/access.ts";
import { CHMOD, CHOWN } from "../bpffs/attributes.ts";
import { CREATE } from "../bpffs/create.ts";
import { FSCONFIG, FSMOUNT, FSOPEN, MOVE_MOUNT } from "../bpffs/fsopen.ts";
import { LINK } from "../bpffs/link.ts";
import { MKNOD } from "../bpffs/mknod.ts";
import { OPTIONS } from "../bpffs/mount_options.ts";
import { MOUNT } from "../bpffs/mount_rules.ts";
import { DELETE, RMDIR, UNLINK } from "../bpffs/names.ts";
import { OPEN } from "../bpffs/open.ts";
import { LSEEK, READ, WRITE } from "../bpffs/read.ts";
import { RENAME } from "../bpffs/rename.ts";
import { FSTAT, READLINK } from "../bpffs/stat.ts";
import { TRUNCATE } from "../bpffs/truncate.ts";
import { UMOUNT } from "../bpffs/umount.ts";
import { PATH } from "../bpffs/walk.ts";
import { XATTR } from "../bpffs/xattrs.ts";
import { BTF_RULES } from "../btf/rules.ts";
import type { Rule } from "../kernel/rule.ts";
import { ARRAY } from "../maps/array.ts";
import { HASH } from "../maps/hash.ts";
import { STRUCT_OPS } from "../maps/struct_ops/rules.ts";
import { CLOSE, DUP, DUP2, FCNTL, RECV, SEND, SOCKETPAIR } from "../process/descriptors.ts";
import { IDMAP } from "../process/idmap.ts";
import { CAPSET, SETGID, SETRLIMIT, SETUID } from "../process/life.ts";
import { MMAP } from "../process/mappings.ts";
import { UNSHARE } from "../process/namespaces.ts";
import { CHDIR, FCHDIR } from "../process/places.ts";
import { R as BTF_LOAD } from "./btf_load.ts";
import { LOG } from "./common_log.ts";
import { ENTRY } from "./entry.ts";
import { HEADED } from "./head.ts";
import {
  BTF_FD,
  BTF_NEXT,
  LINK_FD,
  LINK_NEXT,
  MAP_FD,
  MAP_NEXT,
  PROG_FD,
  PROG_NEXT,
} from "./ids.ts";
import { R as OBJ_GET_INFO_BY_FD } from "./info_rules.ts";
import { R as LINK_CREATE } from "./link_create.ts";
import { R as LINK_DETACH } from "./link_detach.ts";
import { R as LINK_UPDATE } from "./link_update.ts";
import { R as MAP_CREATE } from "./map_create_rules.ts";
import { R as MAP_DELETE_ELEM } from "./map_delete_elem.ts";
import { R as MAP_FREEZE } from "./map_freeze.ts";
import { R as MAP_GET_NEXT_KEY } from "./map_get_next_key.ts";
import { R as MAP_LOOKUP_ELEM } from "./map_lookup_elem.ts";
import { R as MAP_UPDATE_ELEM } from "./map_update_elem.ts";
import { R as OBJ_GET } from "./obj_get.ts";
import { R as OBJ_PIN } from "./obj_pin.ts";
import { R as PROG_LOAD } from "./prog_load.ts";

type Table = Readonly<Record<string, Rule>>;

/** Commands of bpf(2), the way into them, and what they share. */
const COMMANDS: readonly Table[] = [
  ENTRY,
  LOG,
  MAP_CREATE,
  MAP_LOOKUP_ELEM,
  MAP_UPDATE_ELEM,
  MAP_DELETE_ELEM,
  MAP_GET_NEXT_KEY,
  MAP_FREEZE,
  MAP_NEXT,
  MAP_FD,
  PROG_LOAD,
  PROG_NEXT,
  PROG_FD,
  BTF_LOAD,
  ...BTF_RULES,
  BTF_NEXT,
  BTF_FD,
  LINK_CREATE,
  LINK_UPDATE,
  LINK_DETACH,
  LINK_NEXT,
  LINK_FD,
  OBJ_GET_INFO_BY_FD,
  OBJ_PIN,
  OBJ_GET,
];

const MAP_TYPES: readonly Table[] = [ARRAY, HASH, STRUCT_OPS];

/** Calls that take paths, or descriptors of files. */
const FILES: readonly Table[] = [
  PATH,
  CREATE,
  DELETE,
  RMDIR,
  UNLINK,
  RENAME,
  LINK,
  MKNOD,
  CHMOD,
  CHOWN,
  TRUNCATE,
  ACCESS,
  XATTR,
  OPEN,
  READ,
  WRITE,
  LSEEK,
  FSTAT,
  READLINK,
  CHDIR,
  FCHDIR,
];

const MOUNTS: readonly Table[] = [
  MOUNT,
  OPTIONS,
  UMOUNT,
  FSOPEN,
  FSCONFIG,
  FSMOUNT,
  MOVE_MOUNT,
];

/** Descriptors, mappings, ids and limits of tasks. */
const PROCESSES: readonly Table[] = [
  CLOSE,
  DUP,
  DUP2,
  FCNTL,
  SOCKETPAIR,
  SEND,
  RECV,
  MMAP,
  SETUID,
  SETGID,
  CAPSET,
  SETRLIMIT,
  UNSHARE,
  IDMAP,
];

const TABLES: readonly Table[] = [COMMANDS, MAP_TYPES, FILES, MOUNTS, PROCESSES].flat();

/** Every rule of the model, by owner, within an owner in the kernel's order. */
export const RULES: readonly Rule[] = [
  ...TABLES.flatMap((table) => Object.values(table)),
  ...Array.from(HEADED.values()).flatMap((headed) => headed.rules),
];
