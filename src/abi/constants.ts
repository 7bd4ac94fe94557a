/**
 * Every enumerator of the uapi header bpf.h, under its own name; `since` as the header has it. Behind
 * them the flags of the calls that mount.
 */
export * from "./attach_types.ts";
export * from "./command_numbers.ts";
export * from "./flags.ts";
export * from "./func_ids.ts";
export * from "./helper_values.ts";
export * from "./link_types.ts";
export * from "./map_types.ts";
export * from "./mount_flags.ts";
export * from "./prog_types.ts";
