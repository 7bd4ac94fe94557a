/**
 * The executable specification of the Linux bpf(2) system call: a pure state machine over an
 * immutable kernel. `boot` gives a machine to call; `bpf` and `rawBpf` are the system call as
 * functions; `RULES` is every reason for which a call is refused.
 *
 * @module
 */
export { ERRNO, type ErrnoName, errnoName } from "./abi/errno.ts";
export * from "./abi/constants.ts";
export * from "./abi/commands.ts";
export { O_CREAT } from "./abi/file_flags.ts";
export { decodeAttr, encodeAttr } from "./abi/attr.ts";
export { decodeInfo, type EncodableInfo, encodeInfo, type InfoName, INFOS } from "./abi/infos.ts";
export { assemble, insn, returning } from "./abi/insn.ts";
export {
  btf,
  type BtfEnumerator,
  type BtfHeader,
  type BtfMember,
  type BtfParam,
  type BtfSource,
  type BtfVarInfo,
} from "./btf/encode.ts";
export { bytes, readU32, readU64, u32, u64 } from "./abi/make.ts";
export { latin1, type Memory, type Ptr, type Room, room, type Segment } from "./abi/memory.ts";
export { bpf, type CallOptions, rawBpf, type RawCall } from "./commands/entry.ts";
export { MODELLED } from "./commands/table.ts";
export { RULES } from "./commands/rules.ts";
export {
  ALL_CAPABILITIES,
  CAPABILITIES,
  type Capability,
  capabilityMask,
  type Credentials,
} from "./kernel/capabilities.ts";
export type { MapLine } from "./process/idmap.ts";
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
export { bootKernel, type BootOptions } from "./machine/boot.ts";
export type { BpfCall, Call } from "./machine/call.ts";
export { boot, Machine, type MachineOptions, type Stepper } from "./machine/machine.ts";
export { type Out, outOf, type Step } from "./machine/past.ts";
export { type Shape as StructOps, type Slot, structOps } from "./maps/struct_ops/shape.ts";
export { memberIndex, structOpsValue } from "./maps/struct_ops/value.ts";
export { type BtfType, type BtfTypes, parse as parseBtf } from "./btf/types.ts";
export { step } from "./machine/step.ts";
export { type Proposal, propose, type Proposed, proposedOf } from "./proposals/proposal.ts";
export { CHAR_DEVICES } from "./proposals/char_devices/char_devices.ts";
export type { DeviceCall } from "./proposals/char_devices/call.ts";
export {
  BPF_MAP_MAJOR,
  BPF_PROG_MAJOR,
  type Devices,
  READINGS,
} from "./proposals/char_devices/state.ts";
export { FS_PER_MAP } from "./proposals/fs_per_map/fs_per_map.ts";
export type { MapMountCall } from "./proposals/fs_per_map/call.ts";
export type { MapMountOptions } from "./proposals/fs_per_map/state.ts";
export {
  bytesFor,
  catMount,
  type Footprint,
  footprint,
  lsMount,
  STRUCT_BYTES,
} from "./proposals/fs_per_map/tool.ts";
export { PROPOSAL_RULES } from "./proposals/rules.ts";
export type { Claim, Finding } from "./proposals/claims/claim.ts";
export { CLAIMS } from "./proposals/claims/all.ts";
export { type Move, search } from "./proposals/search.ts";
export { attributes, type KobjectReading } from "./proposals/attributes/proposal.ts";
export { catSysfs, factAt, lsSysfs, sysfsNodes } from "./proposals/attributes/tool.ts";
export { COMPARISONS } from "./proposals/designs/all.ts";
export type { Compared, Comparison } from "./proposals/designs/comparison.ts";
export { KEYS_AS_FILES } from "./proposals/keys_as_files/proposal.ts";
export type { KeysCall } from "./proposals/keys_as_files/calls.ts";
export { type Format, isName } from "./proposals/keys_as_files/format.ts";
export {
  cat,
  dump,
  echo,
  keyInodes,
  ls,
  lsLong,
  rmRecursively,
} from "./proposals/keys_as_files/tool.ts";
export { MODULES } from "./proposals/modules/proposal.ts";
export { BPF_F_MODULE_DEFER, type ModuleCall } from "./proposals/modules/calls.ts";
export {
  BPF_MODULE_INFO_SIZE,
  type BpfModuleInfo,
  decodeModuleInfo,
} from "./proposals/modules/info.ts";
export { loadOps } from "./proposals/modules/load.ts";
export { bpftoolModules, listModules } from "./proposals/modules/tool.ts";
export { type Delta, DELTAS } from "./versions/deltas.ts";
export type { Verdict } from "./programs/verdict.ts";
