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
export {
  boot,
  Machine,
  type MachineOptions,
  type Out,
  outOf,
  type Step,
} from "./machine/machine.ts";
export { step } from "./machine/step.ts";
export { type Delta, DELTAS } from "./versions/deltas.ts";
export type { Verdict } from "./programs/verdict.ts";
