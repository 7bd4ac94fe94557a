import { type DecodedInfo, decodeInfo, encodeInfo, INFOS } from "../abi/infos.ts";
import { latin1, read, writable } from "../abi/memory.ts";
import { word } from "../abi/words.ts";
import { bpfCapable } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type IdPlace, type Outcome, refuse, unmodelled, type Write } from "../kernel/outcome.ts";
import type { BpfProg, Xlated } from "../kernel/progs.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { toldId } from "../kernel/userns.ts";
import { type Args, copyOut } from "./args.ts";
import { checkInfoTail, putInfo } from "./info_out.ts";
import { R } from "./info_rules.ts";
import { tagOf } from "./prog_tag.ts";

type Info = DecodedInfo<"bpf_prog_info">;
type Ask = Args<"OBJ_GET_INFO_BY_FD">;

const ID_AT = 4;
const FUNC_INFO = 8;
const LINE_INFO = 16;
const JITED_LINE_INFO = 8;
/** The size of the machine code, and when the program was loaded. */
const JITED_PROG_LEN = [16, 20] as const;
const LOAD_TIME = [40, 48] as const;
/** Of a program that is for a type of the kernel's own BTF: which one that is. */
const ATTACH_BTF = [220, 228] as const;
const ALL_FREE = [JITED_PROG_LEN, LOAD_TIME, ATTACH_BTF] as const;
const KERNEL_BTF_ID = 1;

/** What one of the buffers that an info points to was given, and whether it faulted. */
interface Copied {
  readonly writes: readonly Write[];
  readonly refused?: Rule;
}

/** The info of a program. Source: kernel/bpf/syscall.c, bpf_prog_get_info_by_fd. */
export function progInfo(k: Kernel, task: Task, prog: BpfProg, args: Ask): Outcome {
  const { attr, memory } = args;
  const asked = (attr.info_len ?? 0) >>> 0;
  const refused = checkInfoTail(args, INFOS.bpf_prog_info.tail[k.version]!);
  if (refused !== undefined) return refuse(k, refused);
  const length = Math.min(asked, INFOS.bpf_prog_info.size[k.version]!);
  const given = read(memory, attr.info, length);
  if (given === undefined) return refuse(k, R.info_unreadable);
  const { xlated } = prog;
  if (xlated === undefined) {
    return unmodelled(k, "the info of a program that the verifier may rewrite");
  }
  const input = decodeInfo("bpf_prog_info", given);
  const capable = bpfCapable(task.cred);
  if (capable && asksForMachineCode(input)) return unmodelled(k, "the machine code of a program");
  const copied = buffers(k, prog, xlated, args, input, capable);
  if (copied.refused !== undefined) return refuse(k, copied.refused, copied.writes);
  const filled = {
    ...input,
    ...described(k, task, prog, xlated, input),
    ...(capable ? more(xlated, prog.attach_btf_id) : NOTHING),
  };
  const info = latin1(encodeInfo("bpf_prog_info", filled, k.version)).slice(0, length);
  const told = prog.attach_btf_id === 0 ? [JITED_PROG_LEN, LOAD_TIME] : [...ALL_FREE];
  const free = capable ? told : [LOAD_TIME];
  return putInfo(k, args, info, copied.writes, { ids: [{ kind: "prog", offset: ID_AT }], free });
}

function asksForMachineCode(input: Info): boolean {
  return input.jited_prog_len !== 0 || input.nr_jited_ksyms !== 0 || input.nr_jited_func_lens !== 0;
}

/** The buffers that the info points to are filled first, in this order. */
function buffers(
  k: Kernel,
  prog: BpfProg,
  xlated: Xlated,
  args: Ask,
  input: Info,
  capable: boolean,
): Copied {
  const ids = mapIds(prog, args, input);
  if (ids.refused !== undefined) return ids;
  if (!recordsFit(input)) return { ...ids, refused: R.rec_size };
  if (!capable) return ids;
  const dump = {
    bytes: xlated.bytes.slice(0, input.xlated_prog_len),
    ids: xlated.mapIdsAt.map((offset): IdPlace => ({ kind: "map", offset })),
  };
  const insns = copy(args, "xlated_prog_insns", input, dump);
  const soFar = [...ids.writes, ...insns.writes];
  if (insns.faulted) return { writes: soFar, refused: R.xlated_fault };
  const one = { bytes: input.nr_prog_tags === 0 ? "" : tagOf(k, prog.insns), ids: [] };
  const tags = copy(args, "prog_tags", input, one);
  const writes = [...soFar, ...tags.writes];
  return tags.faulted ? { writes, refused: R.prog_tags_fault } : { writes };
}

/** Ids are written one by one: one that does not fit is not begun. */
function mapIds({ maps }: BpfProg, { memory }: Ask, input: Info): Copied {
  const count = Math.min(maps.length, input.nr_map_ids);
  const fit = Math.floor(writable(memory, input.map_ids, 4 * count) / 4);
  const bytes = maps.slice(0, fit).map(word).join("");
  const ids = maps.slice(0, fit).map((_, i): IdPlace => ({ kind: "map", offset: 4 * i }));
  const writes = fit === 0 ? [] : [{ field: "map_ids", offset: 0, bytes, ids }];
  return fit < count ? { writes, refused: R.map_ids_fault } : { writes };
}

/** `set_info_rec_size`: a size may be left out only together with its count. */
function recordsFit(input: Info): boolean {
  const fits = (count: number, size: number, known: number) =>
    (count === 0 && size === 0) || size === known;
  return fits(input.nr_func_info, input.func_info_rec_size, FUNC_INFO) &&
    fits(input.nr_line_info, input.line_info_rec_size, LINE_INFO) &&
    fits(input.nr_jited_line_info, input.jited_line_info_rec_size, JITED_LINE_INFO);
}

function copy(
  { memory }: Ask,
  field: "xlated_prog_insns" | "prog_tags",
  input: Info,
  { bytes, ids }: Pick<Write, "bytes" | "ids">,
): { readonly writes: readonly Write[]; readonly faulted: boolean } {
  const out = copyOut(memory, field, input[field], bytes);
  const writes = out.writes.filter((write) => write.bytes !== "");
  return { ...out, writes: writes.map((write) => ({ ...write, ids })) };
}

/** What anybody is told who has a descriptor. */
function described(
  k: Kernel,
  { cred }: Task,
  prog: BpfProg,
  xlated: Xlated,
  input: Info,
): Partial<Info> {
  const others = input.gpl_compatible & ~1;
  return {
    type: prog.prog_type,
    id: prog.id,
    tag: tagOf(k, prog.insns),
    load_time: 0n,
    created_by_uid: toldId(cred.ids.uid, prog.created_by_uid),
    nr_map_ids: prog.maps.length,
    name: prog.name.padEnd(16, "\0"),
    gpl_compatible: (others | (prog.gpl_compatible ? 1 : 0)) >>> 0,
    func_info_rec_size: FUNC_INFO,
    line_info_rec_size: LINE_INFO,
    jited_line_info_rec_size: JITED_LINE_INFO,
    run_time_ns: 0n,
    run_cnt: 0n,
    recursion_misses: 0n,
    verified_insns: xlated.walked,
  };
}

/** The same fields for who has no CAP_BPF. */
const NOTHING = {
  jited_prog_len: 0,
  xlated_prog_len: 0,
  nr_jited_ksyms: 0,
  nr_jited_func_lens: 0,
  nr_func_info: 0,
  nr_line_info: 0,
  nr_jited_line_info: 0,
} as const;

/** What CAP_BPF is told besides. A program without functions of its own counts as one. */
function more(xlated: Xlated, attach_btf_id: number): Partial<Info> {
  return {
    ...NOTHING,
    xlated_prog_len: xlated.bytes.length,
    nr_jited_ksyms: 1,
    nr_jited_func_lens: 1,
    nr_prog_tags: 1,
    attach_btf_id,
    ...(attach_btf_id !== 0 && { attach_btf_obj_id: KERNEL_BTF_ID }),
  };
}
