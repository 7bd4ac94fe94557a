import {
  BPF_F_NUMA_NODE,
  BPF_F_RDONLY,
  BPF_F_TOKEN_FD,
  BPF_F_WRONLY,
  BPF_MAP_TYPE_ARENA,
  BPF_MAP_TYPE_BLOOM_FILTER,
  BPF_MAP_TYPE_RHASH,
  BPF_MAP_TYPE_STRUCT_OPS,
  MAX_MAP_TYPE,
} from "../abi/constants.ts";
import { hi32, isNull, lo32, read } from "../abi/memory.ts";
import { objectName } from "../abi/names.ts";
import { fileAt, freeFd, install } from "../kernel/fds.ts";
import { RDONLY, RDWR, WRONLY } from "../kernel/files.ts";
import { insert, nextFreeId } from "../kernel/ids.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfMap, MapSpec } from "../kernel/maps.ts";
import { done, type Outcome, refuse, type Unmodelled, unmodelled } from "../kernel/outcome.ts";
import { holdBtf, putMap } from "../kernel/refs.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { type CreateAttr, isRule, sizes } from "../maps/kind.ts";
import { kindOf } from "../maps/kinds.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Args, Command } from "./args.ts";
import { finishLog, logAttrValid } from "./common_log.ts";
import { mapBtf } from "./map_btf.ts";
import { R } from "./map_create_rules.ts";
import { lacksPrivilege } from "./privilege.ts";

/** What 7.2 writes to the common log when a rule refuses. */
const LOG_TEXT: ReadonlyMap<Rule, string> = new Map([
  [R.attr, "Invalid attr.\n"],
  [R.struct_ops, "btf_vmlinux_value_type_id can only be used with struct_ops maps.\n"],
  [
    R.struct_ops_btf,
    "btf_vmlinux_value_type_id is mutually exclusive with btf_key_type_id and btf_value_type_id.\n",
  ],
  [R.btf_key, "Invalid btf_value_type_id.\n"],
  [R.map_extra, "Invalid map_extra.\n"],
  [R.numa_node, "Invalid numa_node.\n"],
  [R.type, "Invalid map_type.\n"],
  [R.token_fd, "Invalid map_token_fd.\n"],
  [R.not_token, "Invalid map_token_fd.\n"],
  [R.name, "Invalid map_name.\n"],
  [R.btf_fd, "Invalid btf_fd.\n"],
  [R.not_btf, "Invalid btf_fd.\n"],
  [R.excl_hash_size, "Invalid excl_prog_hash_size.\n"],
  [R.excl_hash_absent, "Invalid excl_prog_hash_size.\n"],
]);

type Made = Omit<BpfMap, "id" | "refs" | "urefs" | "writers" | "frozen">;

/** BPF_MAP_CREATE: makes a map and returns a descriptor of it. */
export const map_create: Command<"MAP_CREATE"> = (k, task, args) => {
  if (!logAttrValid(args.common)) return refuse(k, R.log);
  const made = check(k, task, args);
  if ("kind" in made) return unmodelled(k, made.what);
  const log = finishLog(args, isRule(made) ? messageOf(made, args) : undefined);
  if (log.rule !== undefined) return refuse(k, log.rule, log.writes);
  if (isRule(made)) return refuse(k, made, log.writes);
  const flags = sizes(args.attr).map_flags;
  // Up to 6.18 this stands among the first checks, see `access`.
  if (contradictory(flags)) return refuse(k, R.access_late, log.writes);
  const created = create(k, task, made, flags);
  return { ...created, writes: [...created.writes, ...log.writes] };
};

/** Type 0 has a place in the kernel's table of types, and is refused without a message. */
function messageOf(rule: Rule, { attr }: Args<"MAP_CREATE">): string | undefined {
  return rule === R.type && !attr.map_type ? undefined : LOG_TEXT.get(rule);
}

function contradictory(flags: number): boolean {
  return (flags & BPF_F_RDONLY) !== 0 && (flags & BPF_F_WRONLY) !== 0;
}

function check(k: Kernel, task: Task, args: Args<"MAP_CREATE">): Made | Rule | Unmodelled {
  const { attr } = args;
  if (args.tail) return R.attr;
  const spec = sizes(attr);
  const withToken = has(k.version, DELTA.tokens) && (spec.map_flags & BPF_F_TOKEN_FD) !== 0;
  const stripped = withToken ? { ...attr, map_flags: spec.map_flags & ~BPF_F_TOKEN_FD } : attr;
  const refused = checkAttr(k, stripped);
  if (refused !== undefined) return refused;
  const kind = kindOf(spec.map_type);
  if (kind === undefined) return { kind: "unmodelled", what: `map type ${spec.map_type}` };
  const typeRule = kind.allocCheck(k, task, stripped);
  if (typeRule !== undefined) return typeRule;
  if (attr.map_ifindex) return { kind: "unmodelled", what: "maps offloaded to a device" };
  if (withToken) return fileAt(k, task, attr.map_token_fd) === undefined ? R.token_fd : R.not_token;
  if (has(k.version, DELTA.entry_inside) && lacksPrivilege(k, task)) return R.unprivileged;
  const allocated = kind.alloc(k, task, stripped);
  if (isRule(allocated) || "what" in allocated) return allocated;
  const name = objectName(attr.map_name);
  if (name === undefined) return R.name;
  const btf = mapBtf(k, task, attr, kind);
  if (btf !== undefined && !("key_type_id" in btf)) return btf;
  const hash = exclHash(args);
  if (typeof hash === "object") return hash;
  return {
    contents: allocated.contents,
    spec: {
      map_type: spec.map_type,
      key_size: spec.key_size,
      value_size: spec.value_size,
      max_entries: spec.max_entries,
      map_flags: sizes(stripped).map_flags & ~(BPF_F_RDONLY | BPF_F_WRONLY),
      name,
      hashrnd: allocated.hashrnd,
      bucketMask: allocated.bucketMask,
      excl_prog_hash: hash,
      btf,
      charge: allocated.cost,
      owner: task.cred.uid,
    } satisfies MapSpec,
  };
}

function checkAttr(k: Kernel, attr: CreateAttr): Rule | undefined {
  const { map_type, map_flags } = sizes(attr);
  if (attr.btf_vmlinux_value_type_id) {
    if (map_type !== BPF_MAP_TYPE_STRUCT_OPS) return R.struct_ops;
    if (attr.btf_key_type_id || attr.btf_value_type_id) return R.struct_ops_btf;
  } else if (attr.btf_key_type_id && !attr.btf_value_type_id) return R.btf_key;
  if (hasExtra(attr) && !takesExtra(k, map_type)) return R.map_extra;
  if (!has(k.version, DELTA.access_late) && contradictory(map_flags)) return R.access;
  const node = (map_flags & BPF_F_NUMA_NODE) !== 0 ? (attr.numa_node ?? 0) | 0 : -1;
  if (node !== -1 && node >>> 0 >= k.config.numa_nodes) return R.numa_node;
  if (map_type === 0 || map_type >= MAX_MAP_TYPE[k.version]) return R.type;
  return undefined;
}

function hasExtra(attr: CreateAttr): boolean {
  return lo32(attr.map_extra) !== 0 || hi32(attr.map_extra) !== 0;
}

const WITH_EXTRA: ReadonlySet<number> = new Set([
  BPF_MAP_TYPE_BLOOM_FILTER,
  BPF_MAP_TYPE_ARENA,
  BPF_MAP_TYPE_RHASH,
]);

/** A type that the kernel does not have yet takes nothing. */
function takesExtra(k: Kernel, map_type: number): boolean {
  return WITH_EXTRA.has(map_type) && map_type < MAX_MAP_TYPE[k.version];
}

function exclHash({ attr, memory }: Args<"MAP_CREATE">): string | undefined | Rule {
  const size = (attr.excl_prog_hash_size ?? 0) >>> 0;
  if (isNull(attr.excl_prog_hash)) return size === 0 ? undefined : R.excl_hash_absent;
  if (size !== 32) return R.excl_hash_size;
  return read(memory, attr.excl_prog_hash, 32) ?? R.excl_hash_fault;
}

function create(k: Kernel, task: Task, made: Made, flags: number): Outcome {
  const id = nextFreeId(k.maps);
  if (id === undefined) return unmodelled(k, "more than 2^31 maps");
  const map: BpfMap = { id, ...made, refs: 1, urefs: 1, frozen: false, writers: 0 };
  const held = map.spec.btf === undefined ? k : holdBtf(k, map.spec.btf.id);
  const born: Kernel = { ...held, maps: insert(held.maps, id, map) };
  if (freeFd(task) === undefined) return refuse(putMap(born, id, true), R.fd_limit);
  const mode = (flags & BPF_F_RDONLY) !== 0 ? RDONLY : (flags & BPF_F_WRONLY) !== 0 ? WRONLY : RDWR;
  const installed = install(born, task.number, { of: "map", id, mode });
  return done(installed.k, installed.fd);
}
