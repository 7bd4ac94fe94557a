import {
  BPF_F_TEST_RND_HI32,
  BPF_F_TOKEN_FD,
  BPF_MAP_TYPE_STRUCT_OPS,
  BPF_PROG_TYPE_STRUCT_OPS,
  BPF_PROG_TYPE_TRACING,
  MAX_PROG_TYPE,
} from "../abi/constants.ts";
import { BTF_MAX_TYPE } from "../abi/limits.ts";
import { isNull, read, readString } from "../abi/memory.ts";
import { objectName } from "../abi/names.ts";
import { bpfCapable, netAdminCapable, perfmonCapable } from "../kernel/capabilities.ts";
import { fileAt, freeFd, install } from "../kernel/fds.ts";
import { insert, nextFreeId } from "../kernel/ids.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, type Unmodelled, unmodelled } from "../kernel/outcome.ts";
import type { BpfProg } from "../kernel/progs.ts";
import { holdMap, putProg } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { chargeable, overMemlock } from "../maps/memlock.ts";
import {
  attachTypeFits,
  fixedUp,
  isTracingMulti,
  takesBtfId,
  takesProgFd,
} from "../programs/attach.ts";
import { isUnprivileged, needsNetAdmin, needsPerfmon, returns } from "../programs/types.ts";
import { isStraight, mapFds, returnedConstant } from "../programs/verdict.ts";
import { xlated } from "../programs/xlated.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { type Args, attrWritable, type Command } from "./args.ts";
import { commonLogFits } from "./common_log.ts";
import { logIsSane } from "./log_attr.ts";
import { lacksPrivilege } from "./privilege.ts";
import { checkStructOps } from "./struct_ops_prog.ts";

/** Source: kernel/bpf/syscall.c, bpf_prog_load, and kernel/bpf/verifier.c for what follows `name`. */
export const R = rules("PROG_LOAD", {
  log_early: [
    "EINVAL",
    "the log is not sane (see `log`), or the common attributes have another log; checked first",
    { since: "7.2" },
  ],
  attr: ["EINVAL", "a byte after the last field is not zero"],
  prog_flags: ["EINVAL", "`prog_flags` has a bit that this kernel does not know"],
  license_fault_early: ["EFAULT", "`license` cannot be read", { until: "6.1" }],
  token_fd: ["EBADF", "`prog_flags` has BPF_F_TOKEN_FD and `prog_token_fd` is not open", {
    since: "6.12",
  }],
  not_token: ["EINVAL", "`prog_flags` has BPF_F_TOKEN_FD and `prog_token_fd` is not a token", {
    since: "6.12",
  }],
  unprivileged: [
    "EPERM",
    "`kernel.unprivileged_bpf_disabled` is set and the caller has neither CAP_BPF nor CAP_SYS_ADMIN",
    { since: "6.12" },
  ],
  insn_cnt: [
    "E2BIG",
    "`insn_cnt` is 0 or above 1,000,000 (4,096 without CAP_BPF)",
  ],
  capability: ["EPERM", "the type wants CAP_BPF"],
  net_admin: ["EPERM", "the type wants CAP_NET_ADMIN"],
  perfmon: ["EPERM", "the type wants CAP_PERFMON"],
  attach_prog_fd: ["EINVAL", "`attach_prog_fd` is neither a program nor BTF", { since: "6.1" }],
  attach_user_btf: ["ENOTSUPP", "`attach_prog_fd` is BTF that a user loaded", { since: "6.1" }],
  attach_btf_max: ["EINVAL", "`attach_btf_id` is above 0xfffff"],
  attach_btf_type: ["EINVAL", "`attach_btf_id` is set and the type attaches to no BTF function"],
  tracing_multi: [
    "EINVAL",
    "`expected_attach_type` is BPF_TRACE_FENTRY_MULTI, BPF_TRACE_FEXIT_MULTI or BPF_TRACE_FSESSION_MULTI, and the type is not TRACING, or `attach_btf_id` or `attach_prog_fd` is set",
    { since: "7.2" },
  ],
  attach_prog_type: ["EINVAL", "`attach_prog_fd` is set and the type attaches to no program"],
  expected_attach_type: ["EINVAL", "`expected_attach_type` is not one of the type's"],
  attach_prog_bad_fd: ["EBADF", "`attach_prog_fd` is not open", { until: "5.10" }],
  attach_not_prog: ["EINVAL", "`attach_prog_fd` is not a program", { until: "5.10" }],
  memlock: [
    "EPERM",
    "the memory of the program is above what RLIMIT_MEMLOCK leaves to the user",
    { until: "5.10" },
  ],
  insns_fault: ["EFAULT", "`insns` cannot be read"],
  license_fault: ["EFAULT", "`license` cannot be read", { since: "6.12" }],
  prog_type: ["EINVAL", "`prog_type` is not a type of this kernel"],
  name: ["EINVAL", "`prog_name` has a byte other than letters, digits, `_` and `.`, or no NUL"],
  log: [
    "EINVAL",
    "the log is not sane: a buffer without a size or a size without a buffer, a buffer without a level, an unknown level, a size of 2^30 or more; until 6.1 also a level without a buffer and a size below 128",
    { until: "6.18" },
  ],
  struct_ops_license: ["EINVAL", "the verifier: a STRUCT_OPS program whose licence is not GPL"],
  struct_ops_struct: [
    "ENOTSUPP",
    "the verifier: `attach_btf_id` of a STRUCT_OPS program is no struct that programs may implement",
  ],
  struct_ops_member: [
    "EINVAL",
    "the verifier: `expected_attach_type` of a STRUCT_OPS program is not the index of a function in the struct",
  ],
  struct_ops_unsupported: [
    "ENOTSUPP",
    "the verifier: the member is one that programs may not implement (`get_info`)",
  ],
  struct_ops_map: [
    "EINVAL",
    "the verifier: the program loads a struct_ops map, which no program can use",
  ],
  return_value: ["EINVAL", "the verifier: r0 at exit is outside the range of the type"],
  verifier: ["EINVAL", "the verifier refuses the program (the verdict is an input of the model)"],
  log_true_size_fault: ["EFAULT", "`log_true_size` cannot be written back to attr", {
    since: "6.12",
  }],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors; an id has been used up"],
});

const LOG_TRUE_SIZE_AT = 140;
const LICENSE_MAX = 127;
const BPF_COMPLEXITY_LIMIT_INSNS = 1_000_000;
const BPF_MAXINSNS = 4096;
/** Bytes of 5.10's struct bpf_prog before its instructions. */
const PROG_HEADER = 56;
/** Flags that change nothing for a program that only returns a constant. */
const INDIFFERENT_FLAGS = 1 | 2 | 4 | 8 | 128;

type Load = Args<"PROG_LOAD">;
type Made = Omit<BpfProg, "id" | "refs">;

/** BPF_PROG_LOAD: verifies a program and returns a descriptor of it. */
export const prog_load: Command<"PROG_LOAD"> = (k, task, args) => {
  const made = check(k, task, args);
  if ("kind" in made) return unmodelled(k, made.what);
  const tells = verified(made) && has(k.version, DELTA.log_any_size) &&
    args.size >= LOG_TRUE_SIZE_AT + 4;
  if (tells && !attrWritable(args, LOG_TRUE_SIZE_AT, 4)) return refuse(k, R.log_true_size_fault);
  const written = tells ? [{ field: "log_true_size", offset: 0, bytes: "\0\0\0\0" }] : [];
  if ("errno" in made) return refuse(k, made, written);
  const created = create(k, task, made);
  return { ...created, writes: written };
};

/** Whether the verifier was reached: then it writes the true size of its log. */
function verified(made: Made | Rule): boolean {
  return !("errno" in made) || VERIFIER.has(made.id);
}

const VERIFIER: ReadonlySet<string> = new Set(
  [
    R.struct_ops_license,
    R.struct_ops_struct,
    R.struct_ops_member,
    R.struct_ops_unsupported,
    R.struct_ops_map,
    R.return_value,
    R.verifier,
  ].map(({ id }) => id),
);

function check(k: Kernel, task: Task, args: Load): Made | Rule | Unmodelled {
  const { attr } = args;
  const early = !has(k.version, DELTA.license_late);
  if (has(k.version, DELTA.log_early) && !(logValid(k, args) && logsAgree(args))) {
    return R.log_early;
  }
  if (args.tail) return R.attr;
  if ((flagsOf(args) & ~knownFlags(k)) !== 0) return R.prog_flags;
  if (early && license(args) === undefined) return R.license_fault_early;
  const privilege = checkPrivilege(k, task, args);
  if (privilege !== undefined) return privilege;
  const attach = checkAttach(k, task, args);
  if (attach !== undefined) return attach;
  const charge = 4096 * Math.ceil((PROG_HEADER + 8 * (attr.insn_cnt! >>> 0)) / 4096);
  if (!has(k.version, DELTA.prog_memcg) && chargeable(charge) && overMemlock(k, task, charge)) {
    return R.memlock;
  }
  return checkProgram(k, task, args, charge);
}

function typeOf({ attr }: Load): number {
  return (attr.prog_type ?? 0) >>> 0;
}

function attachTypeOf(k: Kernel, args: Load): number {
  return fixedUp(k.version, typeOf(args), (args.attr.expected_attach_type ?? 0) >>> 0);
}

function flagsOf({ attr }: Load): number {
  return (attr.prog_flags ?? 0) >>> 0;
}

function license({ attr, memory }: Load): string | undefined {
  return readString(memory, attr.license, LICENSE_MAX);
}

function knownFlags(k: Kernel): number {
  if (has(k.version, DELTA.prog_tokens)) return 0xff | BPF_F_TOKEN_FD;
  return has(k.version, DELTA.xdp_frags) ? 0x3f : 0x1f;
}

function checkPrivilege(k: Kernel, task: Task, args: Load): Rule | undefined {
  const { attr } = args;
  if (has(k.version, DELTA.entry_inside)) {
    if ((flagsOf(args) & BPF_F_TOKEN_FD) !== 0) {
      return fileAt(k, task, attr.prog_token_fd) === undefined ? R.token_fd : R.not_token;
    }
    if (lacksPrivilege(k, task)) return R.unprivileged;
  }
  const capable = bpfCapable(task.cred);
  const count = (attr.insn_cnt ?? 0) >>> 0;
  const limit = capable ? BPF_COMPLEXITY_LIMIT_INSNS : BPF_MAXINSNS;
  if (count === 0 || count > limit) return R.insn_cnt;
  const type = typeOf(args);
  if (!isUnprivileged(type) && !capable) return R.capability;
  if (needsNetAdmin(k.version, type) && !netAdminCapable(task.cred)) return R.net_admin;
  if (needsPerfmon(type) && !perfmonCapable(task.cred)) return R.perfmon;
  return undefined;
}

function checkAttach(k: Kernel, task: Task, args: Load): Rule | Unmodelled | undefined {
  const { attr } = args;
  const type = typeOf(args);
  const byProg = (attr.attach_prog_fd ?? 0) >>> 0;
  const btfId = (attr.attach_btf_id ?? 0) >>> 0;
  const target = byProg === 0 ? undefined : fileAt(k, task, byProg);
  const isProg = target?.object.of === "prog";
  if (byProg !== 0 && !isProg && has(k.version, DELTA.attach_by_btf)) {
    if (target?.object.of !== "btf") return R.attach_prog_fd;
    if (!k.btfs.table.get(target.object.id)!.kernel) return R.attach_user_btf;
    return { kind: "unmodelled", what: "programs that attach by BTF" };
  }
  if (btfId > BTF_MAX_TYPE) return R.attach_btf_max;
  if (btfId !== 0 && !takesBtfId(type)) return R.attach_btf_type;
  const expected = attachTypeOf(k, args);
  if (isTracingMulti(k.version, expected)) {
    if (type !== BPF_PROG_TYPE_TRACING || byProg !== 0 || btfId !== 0) return R.tracing_multi;
    return { kind: "unmodelled", what: "programs that attach to many functions" };
  }
  if (byProg !== 0 && !takesProgFd(type)) return R.attach_prog_type;
  if (!attachTypeFits(k.version, type, expected)) return R.expected_attach_type;
  if (byProg !== 0 && !isProg) {
    return target === undefined ? R.attach_prog_bad_fd : R.attach_not_prog;
  }
  if (byProg !== 0 || (btfId !== 0 && type !== BPF_PROG_TYPE_STRUCT_OPS)) {
    return { kind: "unmodelled", what: "programs that attach to a function or a program" };
  }
  return undefined;
}

function checkProgram(
  k: Kernel,
  task: Task,
  args: Load,
  charge: number,
): Made | Rule | Unmodelled {
  const { attr, memory } = args;
  const insns = read(memory, attr.insns, 8 * (attr.insn_cnt! >>> 0));
  if (insns === undefined) return R.insns_fault;
  const licenseText = license(args);
  if (licenseText === undefined) return R.license_fault;
  if (!isNull(attr.signature)) return { kind: "unmodelled", what: "signed programs" };
  if (attr.prog_ifindex) return { kind: "unmodelled", what: "programs bound to a device" };
  const type = typeOf(args);
  if (type === 0 || type >= MAX_PROG_TYPE[k.version]) return R.prog_type;
  const name = objectName(attr.prog_name);
  if (name === undefined) return R.name;
  const gpl = GPL.has(licenseText);
  const maps = usedMaps(k, task, insns);
  const decision = verify(k, args, insns, gpl, loadsStructOps(k, maps));
  if (decision !== undefined) return decision;
  if (maps === undefined) return { kind: "unmodelled", what: "a program whose map is none" };
  return {
    prog_type: type,
    expected_attach_type: attachTypeOf(k, args),
    attach_btf_id: (attr.attach_btf_id ?? 0) >>> 0,
    name,
    gpl_compatible: gpl,
    insns,
    xlated: xlatedOf(k, task, args, insns),
    maps,
    created_by_uid: task.cred.uid,
    charge,
  };
}

/** include/linux/license.h */
const GPL: ReadonlySet<string> = new Set([
  "GPL",
  "GPL v2",
  "GPL and additional rights",
  "Dual BSD/GPL",
  "Dual MIT/GPL",
  "Dual MPL/GPL",
]);

/** What the verifier says: nothing where it accepts the program. */
function verify(
  k: Kernel,
  args: Load,
  insns: string,
  gpl: boolean,
  hasOpsMap: boolean,
): Rule | Unmodelled | undefined {
  const { attr, verdict } = args;
  if (!has(k.version, DELTA.log_early) && !logValid(k, args)) return R.log;
  if (attr.log_level || args.common?.log_level) {
    return { kind: "unmodelled", what: "the text of the verifier's log" };
  }
  if (typeOf(args) === BPF_PROG_TYPE_STRUCT_OPS && (flagsOf(args) & ~INDIFFERENT_FLAGS) === 0) {
    const member = (attr.expected_attach_type ?? 0) >>> 0;
    const refused = checkStructOps(k, R, gpl, (attr.attach_btf_id ?? 0) >>> 0, member);
    // The order of the two is another on old kernels.
    if (refused !== undefined && hasOpsMap) {
      return { kind: "unmodelled", what: "a map and a struct that are both refused" };
    }
    if (refused !== undefined) return refused;
  }
  const plain = (flagsOf(args) & ~INDIFFERENT_FLAGS) === 0 && !describesMore(args);
  const reachesMaps = verdict === "accept" ||
    (verdict === undefined && plain && isStraight(insns, false));
  if (hasOpsMap && reachesMaps) return R.struct_ops_map;
  if (verdict !== undefined) {
    return verdict === "accept" ? undefined : { ...R.verifier, errno: verdict };
  }
  const range = returns(k.version, typeOf(args), attachTypeOf(k, args));
  const constant = returnedConstant(insns);
  if (range === undefined || constant === undefined || !plain) {
    return { kind: "unmodelled", what: "the verifier's verdict on this program" };
  }
  const fits = range === "anything" || (constant >= range[0] && constant <= range[1]);
  return fits ? undefined : R.return_value;
}

/** Whether BTF, descriptors or relocations come with the program: the verifier reads those too. */
function describesMore({ attr }: Load): boolean {
  return Boolean(
    attr.prog_btf_fd || attr.func_info_cnt || attr.line_info_cnt || attr.core_relo_cnt ||
      attr.func_info_rec_size || attr.line_info_rec_size || attr.core_relo_rec_size ||
      !isNull(attr.fd_array) || attr.fd_array_cnt || !isNull(attr.func_info) ||
      !isNull(attr.line_info) || !isNull(attr.core_relos),
  );
}

/** Whether 7.2's common log is sane too, and the same log where both are given. */
function logsAgree({ attr, common }: Load): boolean {
  const size = (attr.log_size ?? 0) >>> 0;
  return commonLogFits(common, { buffer: attr.log_buf, size, level: (attr.log_level ?? 0) >>> 0 });
}

function logValid(k: Kernel, { attr }: Load): boolean {
  return logIsSane(k.version, {
    buffer: attr.log_buf,
    size: (attr.log_size ?? 0) >>> 0,
    level: (attr.log_level ?? 0) >>> 0,
  });
}

/** The ids of the maps that the program loads; undefined where a descriptor is not a map. */
function usedMaps(k: Kernel, task: Task, insns: string): readonly number[] | undefined {
  const ids: number[] = [];
  for (const fd of mapFds(insns)) {
    const file = fileAt(k, task, fd);
    if (file?.object.of !== "map") return undefined;
    if (!ids.includes(file.object.id)) ids.push(file.object.id);
  }
  return ids;
}

/** `check_map_prog_compatibility`: the one type of map that the model has and no program may use. */
function loadsStructOps(k: Kernel, maps: readonly number[] | undefined): boolean {
  return maps?.some((id) => k.maps.table.get(id)!.spec.map_type === BPF_MAP_TYPE_STRUCT_OPS) ??
    false;
}

/** What the kernel will tell of the instructions, for programs that the verifier leaves alone. */
function xlatedOf(k: Kernel, task: Task, args: Load, insns: string): BpfProg["xlated"] {
  const dirties = (flagsOf(args) & BPF_F_TEST_RND_HI32) !== 0;
  if (!isStraight(insns, dirties) || describesMore(args)) return undefined;
  return xlated(insns, (fd) => {
    const object = fileAt(k, task, fd)?.object;
    return object?.of === "map" ? object.id : 0;
  });
}

function create(k: Kernel, task: Task, made: Made): Outcome {
  const id = nextFreeId(k.progs);
  if (id === undefined) return unmodelled(k, "more than 2^31 programs");
  const held = made.maps.reduce((left, map) => holdMap(left, map, false), k);
  const born = { ...held, progs: insert(held.progs, id, { id, ...made, refs: 1 }) };
  if (freeFd(task) === undefined) return refuse(putProg(born, id), R.fd_limit);
  const installed = install(born, task.number, { of: "prog", id });
  return done(installed.k, installed.fd);
}
