import { existsIn, type Version, VERSIONS } from "../kernel/version.ts";
import { decodeFields, encodeFields, type FieldValue } from "./codec.ts";
import { chars, type Field, ptr, type ReadOf, u32, u64 } from "./field.ts";
import { LINK_INFO_FIELDS } from "./link_info_fields.ts";

/** One of the structs that BPF_OBJ_GET_INFO_BY_FD fills. */
export interface InfoAbi {
  readonly fields: readonly Field[];
  /** sizeof; absent where the kernel does not have the struct. */
  readonly size: Readonly<Partial<Record<Version, number>>>;
  /**
   * Where the tail starts in which every byte that the caller passes must be zero: the end of the
   * struct, or, since padding at the end counts as tail, the end of its last member.
   */
  readonly tail: Readonly<Partial<Record<Version, number>>>;
}

type PerVersion = readonly [number, number, number, number, number];

function byVersion(numbers: PerVersion): Readonly<Partial<Record<Version, number>>> {
  const have = VERSIONS.map((version, i) => [version, numbers[i]] as const).filter(([, n]) =>
    n > 0
  );
  return Object.fromEntries(have);
}

/** Both lists stand in the order of VERSIONS; 0 where the kernel does not have the struct. */
function info<const F extends readonly Field[]>(
  sizes: PerVersion,
  tails: PerVersion,
  fields: F,
): InfoAbi & { readonly fields: F } {
  return { fields, size: byVersion(sizes), tail: byVersion(tails) };
}

/** The info structs by their uapi names. */
export const INFOS = {
  bpf_map_info: info([80, 88, 88, 104, 104], [80, 88, 88, 100, 100], [
    u32("type", 0),
    u32("id", 4),
    u32("key_size", 8),
    u32("value_size", 12),
    u32("max_entries", 16),
    u32("map_flags", 20),
    chars("name", 24, 16),
    u32("ifindex", 40),
    u32("btf_vmlinux_value_type_id", 44),
    u64("netns_dev", 48),
    u64("netns_ino", 56),
    u32("btf_id", 64),
    u32("btf_key_type_id", 68),
    u32("btf_value_type_id", 72),
    u32("btf_vmlinux_id", 76, { since: "6.12" }),
    u64("map_extra", 80, { since: "6.1" }),
    ptr("hash", 88, { since: "6.18" }),
    u32("hash_size", 96, { since: "6.18" }),
  ]),
  bpf_prog_info: info([208, 232, 232, 232, 232], [208, 228, 228, 228, 228], [
    u32("type", 0),
    u32("id", 4),
    chars("tag", 8, 8),
    u32("jited_prog_len", 16),
    u32("xlated_prog_len", 20),
    ptr("jited_prog_insns", 24),
    ptr("xlated_prog_insns", 32),
    u64("load_time", 40),
    u32("created_by_uid", 48),
    u32("nr_map_ids", 52),
    ptr("map_ids", 56),
    chars("name", 64, 16),
    u32("ifindex", 80),
    // One bit in the header; the other 31 are never set.
    u32("gpl_compatible", 84),
    u64("netns_dev", 88),
    u64("netns_ino", 96),
    u32("nr_jited_ksyms", 104),
    u32("nr_jited_func_lens", 108),
    ptr("jited_ksyms", 112),
    ptr("jited_func_lens", 120),
    u32("btf_id", 128),
    u32("func_info_rec_size", 132),
    ptr("func_info", 136),
    u32("nr_func_info", 144),
    u32("nr_line_info", 148),
    ptr("line_info", 152),
    ptr("jited_line_info", 160),
    u32("nr_jited_line_info", 168),
    u32("line_info_rec_size", 172),
    u32("jited_line_info_rec_size", 176),
    u32("nr_prog_tags", 180),
    ptr("prog_tags", 184),
    u64("run_time_ns", 192),
    u64("run_cnt", 200),
    u64("recursion_misses", 208, { since: "6.1" }),
    u32("verified_insns", 216, { since: "6.1" }),
    u32("attach_btf_obj_id", 220, { since: "6.1" }),
    u32("attach_btf_id", 224, { since: "6.1" }),
  ]),
  bpf_btf_info: info([16, 32, 32, 32, 32], [16, 32, 32, 32, 32], [
    ptr("btf", 0),
    u32("btf_size", 8),
    u32("id", 12),
    ptr("name", 16, { since: "6.1" }),
    u32("name_len", 24, { since: "6.1" }),
    u32("kernel_btf", 28, { since: "6.1" }),
  ]),
  bpf_link_info: info([32, 48, 64, 64, 64], [32, 48, 64, 64, 64], LINK_INFO_FIELDS),
  bpf_token_info: info([0, 0, 0, 32, 32], [0, 0, 0, 32, 32], [
    u64("allowed_cmds", 0),
    u64("allowed_maps", 8),
    u64("allowed_progs", 16),
    u64("allowed_attachs", 24),
  ]),
} as const satisfies Readonly<Record<string, InfoAbi>>;

/** The name of an info struct: `bpf_map_info`. */
export type InfoName = keyof typeof INFOS;

type InfoField<N extends InfoName> = (typeof INFOS)[N]["fields"][number];

/** Every field of an info struct: numbers, bigints for 64 bits, latin-1 text for char arrays. */
export type DecodedInfo<N extends InfoName> = {
  readonly [F in InfoField<N> as F["name"]]: ReadOf<F["kind"]>;
};

/** The fields of an info struct as `encodeInfo` takes them; a pointer is an address. */
export type EncodableInfo<N extends InfoName> = {
  readonly [F in InfoField<N> as F["name"]]?: ReadOf<F["kind"]> extends string ? string | Uint8Array
    : ReadOf<F["kind"]> extends bigint ? number | bigint
    : number;
};

/**
 * Writes an info struct as `version` has it: sizeof bytes, zero where nothing is given. Fields that
 * the version does not have are left out; a kernel that lacks the struct gives no bytes.
 */
export function encodeInfo<N extends InfoName>(
  name: N,
  values: EncodableInfo<N>,
  version: Version,
): Uint8Array {
  const abi: InfoAbi = INFOS[name];
  const fields = abi.fields.filter((field) => existsIn(version, field));
  return encodeFields(
    fields,
    values as Readonly<Record<string, FieldValue | undefined>>,
    abi.size[version] ?? 0,
  );
}

/** Reads an info struct; `bytes` is latin-1, and what is not there reads as zero. */
export function decodeInfo<N extends InfoName>(name: N, bytes: string): DecodedInfo<N> {
  return decodeFields(INFOS[name].fields, bytes) as DecodedInfo<N>;
}
