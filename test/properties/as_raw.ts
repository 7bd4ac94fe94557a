/** A typed call as the raw door takes it: its attr in bytes, its buffers in mapped memory. */
import {
  type BpfCall,
  commandAbi,
  encodeAttr,
  type Field,
  type Ptr,
  type RawCall,
  type Segment,
} from "bpfspec";

/** Where buffers are put, one after the other, far from every address that calls are drawn with. */
const BASE = 0x7f1234000000n;
const STRIDE = 0x100000n;

function bufferOf(ptr: Ptr): Uint8Array | undefined {
  if (ptr instanceof Uint8Array) return ptr;
  if (typeof ptr === "object") return new Uint8Array(Math.max(ptr.room, 0));
  if (typeof ptr === "string") return Uint8Array.from(ptr + "\0", (char) => char.charCodeAt(0));
  return undefined;
}

/** The same call at the raw door, for a kernel whose attr has `attrSize` bytes. */
export function asRaw({ cmd, attr, size, verdict }: BpfCall, attrSize: number): RawCall {
  const { number, fields } = commandAbi(cmd);
  const memory: Segment[] = [];
  const values: Record<string, unknown> = { ...attr };
  for (const { name, kind } of fields as readonly Field[]) {
    const buffer = kind === "ptr" ? bufferOf(values[name] as Ptr) : undefined;
    if (buffer === undefined) continue;
    const at = BASE + STRIDE * BigInt(memory.length);
    memory.push({ at, bytes: buffer });
    values[name] = at;
  }
  const given = size ?? attrSize;
  const bytes = new Uint8Array(given);
  bytes.set(encodeAttr(cmd, values as never).subarray(0, given));
  return { cmd: number, attr: bytes, size: given, memory, ...(verdict && { verdict }) };
}
