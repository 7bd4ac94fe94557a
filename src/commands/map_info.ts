/** The info of a map. Source: kernel/bpf/syscall.c. */
import { sha256 } from "@noble/hashes/sha2.js";
import { BPF_MAP_TYPE_ARRAY } from "../abi/constants.ts";
import { decodeInfo, encodeInfo, INFOS } from "../abi/infos.ts";
import { bytesOf, latin1, read } from "../abi/memory.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfMap } from "../kernel/maps.ts";
import { type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { round8 } from "../maps/kind.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { type Args, copyOut } from "./args.ts";
import { checkInfoTail, putInfo } from "./info_out.ts";
import { R } from "./info_rules.ts";

/** An array above this is not hashed by the model: it would take longer than a call may. */
const HASH_LIMIT = 16 * 2 ** 20;

/** `bpf_map_get_info_by_fd` */
export function mapInfo(k: Kernel, map: BpfMap, args: Args<"OBJ_GET_INFO_BY_FD">): Outcome {
  const { attr, memory } = args;
  const size = INFOS.bpf_map_info.size[k.version]!;
  const end = INFOS.bpf_map_info.tail[k.version]!;
  const asked = (attr.info_len ?? 0) >>> 0;
  const refused = checkInfoTail(args, end);
  if (refused !== undefined) return refuse(k, refused);
  const length = Math.min(asked, size);
  // From 6.18 on info is read first: what the kernel does not fill in keeps the caller's bytes.
  const withInput = has(k.version, DELTA.info_input);
  const given = withInput ? read(memory, attr.info, length) : "";
  if (given === undefined) return refuse(k, R.info_unreadable);
  const input = decodeInfo("bpf_map_info", given);
  const hashed = withInput ? hashInto(k, map, args, input) : { writes: [] };
  if ("outcome" in hashed) return hashed.outcome;
  const filled = { ...(withInput ? input : {}), ...described(map, k) };
  const whole = latin1(encodeInfo("bpf_map_info", filled, k.version)).slice(0, length);
  const btf = map.spec.btf === undefined ? [] : [{ kind: "btf", offset: 64 } as const];
  const ids = [{ kind: "map", offset: 4 } as const, ...btf];
  // The type is one of the machine's own BTF.
  const own = map.contents.kind === "struct_ops" ? { free: [[44, 48]] as const } : {};
  return putInfo(k, args, whole, hashed.writes, { ids, ...own });
}

/** What the kernel says of a map. */
function described(map: BpfMap, k: Kernel): Record<string, number | string> {
  const { spec } = map;
  return {
    type: spec.map_type,
    id: map.id,
    key_size: spec.key_size,
    value_size: spec.value_size,
    max_entries: spec.max_entries,
    map_flags: spec.map_flags,
    name: spec.name.padEnd(16, "\0"),
    btf_vmlinux_value_type_id: map.contents.kind === "struct_ops" ? map.contents.value_id : 0,
    ...(map.contents.kind === "struct_ops" && has(k.version, DELTA.struct_ops_link)
      ? { btf_vmlinux_id: 1 }
      : {}),
    ...(spec.btf && {
      btf_id: spec.btf.id,
      btf_key_type_id: spec.btf.key_type_id,
      btf_value_type_id: spec.btf.value_type_id,
    }),
    ...(has(k.version, DELTA.map_extra) ? { map_extra: 0 } : {}),
  };
}

type Hashed = { readonly writes: Outcome["writes"] } | { readonly outcome: Outcome };

/** The SHA-256 of a frozen array's elements, where the caller asks for it (6.18). */
function hashInto(
  k: Kernel,
  map: BpfMap,
  { memory }: Args<"OBJ_GET_INFO_BY_FD">,
  input: Record<string, number | bigint | string>,
): Hashed {
  const at = BigInt(input.hash ?? 0);
  const size = Number(input.hash_size ?? 0);
  if (at === 0n) return size === 0 ? { writes: [] } : { outcome: refuse(k, R.hash_absent) };
  if (map.spec.map_type !== BPF_MAP_TYPE_ARRAY) return { outcome: refuse(k, R.hash_type) };
  if (size !== 32) return { outcome: refuse(k, R.hash_size) };
  if (!map.frozen) return { outcome: refuse(k, R.hash_unfrozen) };
  const bytes = round8(map.spec.value_size) * map.spec.max_entries;
  if (bytes > HASH_LIMIT) return { outcome: unmodelled(k, "the hash of an array above 16 MiB") };
  const out = copyOut(memory, "hash", at, latin1(sha256(contentsOf(map, bytes))));
  return out.faulted ? { outcome: refuse(k, R.hash_fault, out.writes) } : { writes: out.writes };
}

function contentsOf(map: BpfMap, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  if (map.contents.kind !== "array") return bytes;
  for (const [index, value] of map.contents.elements.entries()) {
    bytes.set(bytesOf(value), index * round8(map.spec.value_size));
  }
  return bytes;
}
