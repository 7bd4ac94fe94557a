/** The info of BTF. Source: kernel/bpf/btf.c, btf_get_info_by_fd. */
import { decodeInfo, encodeInfo, INFOS } from "../abi/infos.ts";
import { latin1, read } from "../abi/memory.ts";
import type { BpfBtf } from "../kernel/btfs.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type Outcome, refuse, type Write } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { type Args, copyOut } from "./args.ts";
import { checkInfoTail, putInfo } from "./info_out.ts";
import { R } from "./info_rules.ts";

type Info = Args<"OBJ_GET_INFO_BY_FD">;

/** What a copy to the caller leaves, or the rule by which it faulted. */
interface Copied {
  readonly writes: readonly Write[];
  readonly rule?: Rule;
}

/** `btf_get_info_by_fd`: the info names buffers, for the BTF itself and for its name. */
export function btfInfo(k: Kernel, btf: BpfBtf, args: Info): Outcome {
  const { memory, attr } = args;
  const size = INFOS.bpf_btf_info.size[k.version]!;
  const refused = checkInfoTail(args, INFOS.bpf_btf_info.tail[k.version]!);
  if (refused !== undefined) return refuse(k, refused);
  const length = Math.min((attr.info_len ?? 0) >>> 0, size);
  const given = read(memory, attr.info, length);
  if (given === undefined) return refuse(k, R.btf_info_unreadable);
  const input = decodeInfo("bpf_btf_info", given);
  const most = Math.min(btf.data.length, input.btf_size);
  const data = copyOut(memory, "btf", input.btf, btf.data.slice(0, most));
  if (data.faulted) return refuse(k, R.btf_data_fault, data.writes);
  const name = has(k.version, DELTA.btf_info_name)
    ? copyName(btf.name, args, input.name, input.name_len)
    : { writes: [] };
  const copied = data.writes.map((write): Write =>
    btf.kernel ? { ...write, free: [[0, input.btf_size]] } : write
  );
  const writes = [...copied, ...name.writes];
  if (name.rule !== undefined && name.rule !== R.btf_name_short) {
    return refuse(k, name.rule, writes);
  }
  const filled = {
    ...input,
    btf_size: btf.data.length,
    id: btf.id,
    kernel_btf: btf.kernel ? 1 : 0,
    name_len: btf.name.length,
  };
  const info = latin1(encodeInfo("bpf_btf_info", filled, k.version)).slice(0, length);
  // What the kernel's own BTF is, and how large, no specification says.
  const own = btf.kernel ? { free: [[8, 12]] as const } : {};
  const put = putInfo(k, args, info, writes, { ids: [{ kind: "btf", offset: 12 }], ...own });
  return put.answer.kind === "value" && name.rule !== undefined
    ? refuse(k, name.rule, put.writes)
    : put;
}

/** The name with its NUL, or as much as fits, with a NUL. */
function copyName(name: string, { memory }: Info, at: bigint, room: number): Copied {
  if ((at === 0n) !== (room === 0)) return { writes: [], rule: R.btf_name_pair };
  if (at === 0n) return { writes: [] };
  const fits = room > name.length;
  const text = `${fits ? name : name.slice(0, room - 1)}\0`;
  const { writes, faulted } = copyOut(memory, "name", at, text);
  if (faulted) return { writes, rule: R.btf_name_fault };
  return fits ? { writes } : { writes, rule: R.btf_name_short };
}
