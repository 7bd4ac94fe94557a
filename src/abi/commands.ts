import { type Version, VERSIONS } from "../kernel/version.ts";
import {
  ASSOC_STRUCT_OPS_FIELDS,
  ATTACH_FIELDS,
  BATCH_FIELDS,
  BTF_LOAD_FIELDS,
  ELEM_FIELDS,
  ENABLE_STATS_FIELDS,
  ID_FIELDS,
  INFO_FIELDS,
  ITER_CREATE_FIELDS,
  LINK_CREATE_FIELDS,
  LINK_DETACH_FIELDS,
  LINK_UPDATE_FIELDS,
  MAP_CREATE_FIELDS,
  OBJ_FIELDS,
  PROG_BIND_MAP_FIELDS,
  PROG_LOAD_FIELDS,
  QUERY_FIELDS,
  RAW_TRACEPOINT_FIELDS,
  STREAM_READ_FIELDS,
  TASK_FD_QUERY_FIELDS,
  TEST_FIELDS,
  TOKEN_CREATE_FIELDS,
} from "./attr_fields.ts";
import { type Field, type FieldKind, ptr, u32 } from "./field.ts";
import type { Ptr } from "./memory.ts";

export type { Field, FieldKind } from "./field.ts";

/** What the ABI says about one command. */
export interface CommandAbi {
  /** The uapi name without `BPF_`. */
  readonly name: string;
  readonly number: number;
  /** The first of the five kernels that has the command. */
  readonly since: Version;
  /** The members of the command's struct in `union bpf_attr`, as the newest header has them. */
  readonly fields: readonly Field[];
  /**
   * Where the checked tail starts: from this offset on, every byte of the kernel's copy of the attr
   * must be zero. Absent where the kernel does not have the command.
   */
  readonly end: Readonly<Partial<Record<Version, number>>>;
}

interface Made<N extends string, F extends readonly Field[]> extends CommandAbi {
  readonly name: N;
  readonly fields: F;
}

/** `ends` stand in the order of VERSIONS; 0 where the kernel does not have the command. */
function command<const N extends string, const F extends readonly Field[]>(
  name: N,
  number: number,
  fields: F,
  ends: readonly [number, number, number, number, number],
): Made<N, F> {
  const have = VERSIONS.map((version, i) => [version, ends[i]] as const).filter(([, at]) => at > 0);
  return { name, number, since: have[0][0], fields, end: Object.fromEntries(have) };
}

/** The commands of bpf(2); a command's index is its number. */
export const COMMANDS = [
  command("MAP_CREATE", 0, MAP_CREATE_FIELDS, [64, 72, 80, 92, 92]),
  command("MAP_LOOKUP_ELEM", 1, ELEM_FIELDS, [32, 32, 32, 32, 32]),
  command("MAP_UPDATE_ELEM", 2, ELEM_FIELDS, [32, 32, 32, 32, 32]),
  command("MAP_DELETE_ELEM", 3, ELEM_FIELDS, [16, 16, 16, 16, 16]),
  command("MAP_GET_NEXT_KEY", 4, ELEM_FIELDS, [24, 24, 24, 24, 24]),
  command("PROG_LOAD", 5, PROG_LOAD_FIELDS, [116, 140, 148, 168, 168]),
  command("OBJ_PIN", 6, OBJ_FIELDS, [16, 16, 20, 20, 20]),
  command("OBJ_GET", 7, OBJ_FIELDS, [16, 16, 20, 20, 20]),
  command("PROG_ATTACH", 8, ATTACH_FIELDS, [20, 20, 32, 32, 32]),
  command("PROG_DETACH", 9, ATTACH_FIELDS, [12, 12, 32, 32, 32]),
  command("PROG_TEST_RUN", 10, TEST_FIELDS, [72, 76, 76, 76, 76]),
  command("PROG_GET_NEXT_ID", 11, ID_FIELDS, [8, 8, 8, 8, 8]),
  command("MAP_GET_NEXT_ID", 12, ID_FIELDS, [8, 8, 8, 8, 8]),
  command("PROG_GET_FD_BY_ID", 13, ID_FIELDS, [4, 4, 4, 4, 4]),
  command("MAP_GET_FD_BY_ID", 14, ID_FIELDS, [12, 12, 12, 12, 12]),
  command("OBJ_GET_INFO_BY_FD", 15, INFO_FIELDS, [16, 16, 16, 16, 16]),
  command("PROG_QUERY", 16, QUERY_FIELDS, [28, 40, 64, 64, 64]),
  command("RAW_TRACEPOINT_OPEN", 17, RAW_TRACEPOINT_FIELDS, [12, 12, 24, 24, 24]),
  command("BTF_LOAD", 18, BTF_LOAD_FIELDS, [28, 28, 40, 40, 40]),
  command("BTF_GET_FD_BY_ID", 19, ID_FIELDS, [4, 4, 4, 16, 16]),
  command("TASK_FD_QUERY", 20, TASK_FD_QUERY_FIELDS, [48, 48, 48, 48, 48]),
  command("MAP_LOOKUP_AND_DELETE_ELEM", 21, ELEM_FIELDS, [24, 32, 32, 32, 32]),
  command("MAP_FREEZE", 22, ELEM_FIELDS, [4, 4, 4, 4, 4]),
  command("BTF_GET_NEXT_ID", 23, ID_FIELDS, [8, 8, 8, 8, 8]),
  command("MAP_LOOKUP_BATCH", 24, BATCH_FIELDS, [56, 56, 56, 56, 56]),
  command("MAP_LOOKUP_AND_DELETE_BATCH", 25, BATCH_FIELDS, [56, 56, 56, 56, 56]),
  command("MAP_UPDATE_BATCH", 26, BATCH_FIELDS, [56, 56, 56, 56, 56]),
  command("MAP_DELETE_BATCH", 27, BATCH_FIELDS, [56, 56, 56, 56, 56]),
  command("LINK_CREATE", 28, LINK_CREATE_FIELDS, [28, 48, 60, 60, 64]),
  command("LINK_UPDATE", 29, LINK_UPDATE_FIELDS, [16, 16, 16, 16, 16]),
  command("LINK_GET_FD_BY_ID", 30, ID_FIELDS, [4, 4, 4, 4, 4]),
  command("LINK_GET_NEXT_ID", 31, ID_FIELDS, [8, 8, 8, 8, 8]),
  command("ENABLE_STATS", 32, ENABLE_STATS_FIELDS, [4, 4, 4, 4, 4]),
  command("ITER_CREATE", 33, ITER_CREATE_FIELDS, [8, 8, 8, 8, 8]),
  command("LINK_DETACH", 34, LINK_DETACH_FIELDS, [4, 4, 4, 4, 4]),
  command("PROG_BIND_MAP", 35, PROG_BIND_MAP_FIELDS, [12, 12, 12, 12, 12]),
  command("TOKEN_CREATE", 36, TOKEN_CREATE_FIELDS, [0, 0, 8, 8, 8]),
  command("PROG_STREAM_READ_BY_FD", 37, STREAM_READ_FIELDS, [0, 0, 0, 20, 20]),
  command("PROG_ASSOC_STRUCT_OPS", 38, ASSOC_STRUCT_OPS_FIELDS, [0, 0, 0, 0, 12]),
] as const satisfies readonly CommandAbi[];

/** The name of a command: `MAP_CREATE`. */
export type CommandName = (typeof COMMANDS)[number]["name"];

/** The entry of one command in COMMANDS. */
export type CommandByName<N extends CommandName> = Extract<
  (typeof COMMANDS)[number],
  { readonly name: N }
>;

type ValueOf<K extends FieldKind> = K extends "u32" | "s32" ? number
  : K extends "u64" ? number | bigint
  : K extends "ptr" ? Ptr
  : string | Uint8Array;

/** The typed attr of a command, in the uapi's own field names; what is left out is zero. */
export type AttrOf<N extends CommandName> = {
  readonly [F in CommandByName<N>["fields"][number] as F["name"]]?: ValueOf<F["kind"]>;
};

const BY_NAME: ReadonlyMap<string, CommandAbi> = new Map(COMMANDS.map((c) => [c.name, c]));

/** The entry of a command, by its name without `BPF_`. */
export function commandAbi(name: CommandName): CommandAbi {
  return BY_NAME.get(name)!;
}

/** Whether `name` names a command of any of the five kernels. */
export function isCommandName(name: string): name is CommandName {
  return BY_NAME.has(name);
}

/** sizeof(union bpf_attr). */
export const ATTR_SIZE: Readonly<Record<Version, number>> = {
  "5.10": 120,
  "6.1": 144,
  "6.12": 152,
  "6.18": 168,
  "7.2": 168,
};

/** How many commands a kernel has; the first number that is no command. */
export const COMMAND_COUNT: Readonly<Record<Version, number>> = {
  "5.10": 36,
  "6.1": 36,
  "6.12": 37,
  "6.18": 38,
  "7.2": 39,
};

/**
 * `struct bpf_common_attr`: the log that a call may carry beside its attr (7.2). Its checked tail
 * starts at `end`, before the padding.
 */
export const COMMON_ATTR = {
  size: 24,
  end: 20,
  fields: [
    ptr("log_buf", 0),
    u32("log_size", 8),
    u32("log_level", 12),
    u32("log_true_size", 16, { out: true }),
  ],
} as const;
