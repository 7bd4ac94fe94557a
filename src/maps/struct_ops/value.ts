import { bytesOf } from "../../abi/memory.ts";
import type { Shape } from "./shape.ts";

/**
 * The index of a member: what PROG_LOAD takes as `expected_attach_type`; -1 where there is none such.
 *
 * @example
 * ```ts
 * import { bootKernel, memberIndex, structOps } from "bpfspec";
 * const tcp = structOps(bootKernel("6.18"), "tcp_congestion_ops")!;
 * if (tcp.slots[memberIndex(tcp, "ssthresh")].name !== "ssthresh") throw new Error("another member");
 * ```
 */
export function memberIndex({ slots }: Shape, name: string): number {
  return slots.findIndex((slot) => slot.name === name);
}

/**
 * The value of a struct_ops map: descriptors of programs, numbers and texts by the members' names;
 * what is left out is zero.
 *
 * @example
 * ```ts
 * import { bootKernel, latin1, structOps, structOpsValue } from "bpfspec";
 * const tcp = structOps(bootKernel("6.18"), "tcp_congestion_ops")!;
 * const value = structOpsValue(tcp, { name: "mine", ssthresh: 4 });
 * if (value.length !== tcp.value_size || !latin1(value).includes("mine")) throw new Error("no name");
 * ```
 */
export function structOpsValue(
  shape: Shape,
  members: Readonly<Record<string, number | string>>,
): Uint8Array {
  const stranger = Object.keys(members).find((name) => !shape.slots.some((s) => s.name === name));
  if (stranger !== undefined) throw new RangeError(`${shape.name} has no member ${stranger}`);
  const value = new Uint8Array(shape.value_size);
  const view = new DataView(value.buffer);
  for (const { name, offset, size } of shape.slots) {
    const member = members[name];
    const at = shape.dataAt + offset;
    if (typeof member === "string") value.set(bytesOf(member).subarray(0, size), at);
    else if (member !== undefined && size === 8) view.setBigInt64(at, BigInt(member), true);
    else if (member !== undefined) view.setUint32(at, member, true);
  }
  return value;
}
