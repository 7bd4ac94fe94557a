/**
 * The executable specification of the Linux bpf(2) system call: a pure state machine over an
 * immutable kernel of one of five versions, with what bpf(2) is used with (pins and their file
 * systems, mounts and namespaces, processes and their descriptors, BTF, struct_ops).
 *
 * `boot` gives a machine to call; `bpf`, `rawBpf` and `step` are the calls as functions; `RULES` is
 * every reason for which a call is refused, and `DELTAS` what changed between the versions. `propose`
 * boots a machine with a design that Linux did not take; `CLAIMS` are what was said of such designs,
 * each with a check that runs it.
 *
 * @module
 */

// The ABI: errnos, enumerators, commands and their attrs, infos, instructions, bytes and memory.
export * from "./abi/commands.ts";
export * from "./abi/constants.ts";
export { decodeAttr, encodeAttr } from "./abi/attr.ts";
export { ERRNO, type ErrnoName, errnoName } from "./abi/errno.ts";
export { O_CREAT } from "./abi/file_flags.ts";
export { decodeInfo, type EncodableInfo, encodeInfo, type InfoName, INFOS } from "./abi/infos.ts";
export { assemble, insn, returning } from "./abi/insn.ts";
export { bytes, readU32, readU64, u32, u64 } from "./abi/make.ts";
export { latin1, type Memory, type Ptr, type Room, room, type Segment } from "./abi/memory.ts";

// BTF: to bytes, and back to types.
export {
  btf,
  type BtfEnumerator,
  type BtfHeader,
  type BtfMember,
  type BtfParam,
  type BtfSource,
  type BtfVarInfo,
} from "./btf/encode.ts";
export { type BtfType, type BtfTypes, parse as parseBtf } from "./btf/types.ts";

// The kernel: what it is made of, what it answers, and why it refuses.
export {
  ALL_CAPABILITIES,
  CAPABILITIES,
  type Capability,
  capabilityMask,
  type Credentials,
} from "./kernel/capabilities.ts";
export { type Config, DEFAULT_CONFIG, DEFAULT_SEEDS, type Seeds } from "./kernel/config.ts";
export type { Kernel } from "./kernel/kernel.ts";
export type { BpfMap } from "./kernel/maps.ts";
export type {
  Answer,
  IdKind,
  IdPlace,
  Outcome,
  Refusal,
  Unmodelled,
  Value,
  Write,
} from "./kernel/outcome.ts";
export type { Rule } from "./kernel/rule.ts";
export type { Limits, Task } from "./kernel/task.ts";
export { atLeast, existsIn, type Version, VERSIONS } from "./kernel/version.ts";
export { RULES } from "./commands/rules.ts";
export { MODELLED } from "./commands/table.ts";
export { type Delta, DELTAS } from "./versions/deltas.ts";

// Calls: a machine to make them on, and the same as functions of a kernel.
export { bpf, type CallOptions, rawBpf, type RawCall } from "./commands/entry.ts";
export { bootKernel, type BootOptions } from "./machine/boot.ts";
export type { BpfCall, Call } from "./machine/call.ts";
export { boot, Machine, type MachineOptions, type Stepper } from "./machine/machine.ts";
export { type Out, outOf, type Step } from "./machine/past.ts";
export { step } from "./machine/step.ts";
export type { MapLine } from "./process/idmap.ts";
export type { Verdict } from "./programs/verdict.ts";

// struct_ops: what a kernel lets programs implement, and the values of its maps.
export { type Shape as StructOps, type Slot, structOps } from "./maps/struct_ops/shape.ts";
export { memberIndex, structOpsValue } from "./maps/struct_ops/value.ts";

// Proposals: designs that Linux did not take.
export { type Proposal, propose, type Proposed, proposedOf } from "./proposals/proposal.ts";
export { PROPOSAL_RULES } from "./proposals/rules.ts";

// Character devices in the place of a file system.
export type { DeviceCall } from "./proposals/char_devices/call.ts";
export { CHAR_DEVICES } from "./proposals/char_devices/char_devices.ts";
export {
  BPF_MAP_MAJOR,
  BPF_PROG_MAJOR,
  type Devices,
  type Reading as DeviceReading,
  READINGS,
} from "./proposals/char_devices/state.ts";

// A file system for each map.
export type { MapMountCall } from "./proposals/fs_per_map/call.ts";
export { FS_PER_MAP } from "./proposals/fs_per_map/fs_per_map.ts";
export type { MapMountOptions } from "./proposals/fs_per_map/state.ts";
export {
  bytesFor,
  catMount,
  type Footprint,
  footprint,
  lsMount,
  STRUCT_BYTES,
} from "./proposals/fs_per_map/tool.ts";

// Keys as files.
export type { AskedFormat, KeysCall } from "./proposals/keys_as_files/calls.ts";
export type { Format } from "./proposals/keys_as_files/format.ts";
export { KEYS_AS_FILES } from "./proposals/keys_as_files/proposal.ts";
export {
  cat,
  dump,
  echo,
  keyInodes,
  ls,
  lsLong,
  rmRecursively,
} from "./proposals/keys_as_files/tool.ts";

// Attributes of objects, by xattrs of pins and by sysfs.
export { attributes, type KobjectReading } from "./proposals/attributes/proposal.ts";
export { catSysfs, factAt, lsSysfs, sysfsNodes } from "./proposals/attributes/tool.ts";

// Modules in the place of struct_ops maps.
export { BPF_F_MODULE_DEFER, type ModuleCall } from "./proposals/modules/calls.ts";
export {
  BPF_MODULE_INFO_SIZE,
  type BpfModuleInfo,
  decodeModuleInfo,
} from "./proposals/modules/info.ts";
export { loadOps } from "./proposals/modules/load.ts";
export { MODULES } from "./proposals/modules/proposal.ts";
export { bpftoolModules, listModules } from "./proposals/modules/tool.ts";

// What was said of the designs, checked, and what they come to side by side.
export { CLAIMS } from "./proposals/claims/all.ts";
export type { Claim, Finding } from "./proposals/claims/claim.ts";
export { COMPARISONS } from "./proposals/designs/all.ts";
export type { Compared, Comparison } from "./proposals/designs/comparison.ts";
export { type Move, search } from "./proposals/search.ts";
