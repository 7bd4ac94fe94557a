/** User memory of a call, as a script's areas. */
import type { Ptr } from "bpfspec";

/** A path that no script can say. */
export class NotReplayable extends Error {}

/** What the executor has for one buffer. */
const LARGEST_AREA = 2 ** 23;

const encoder = new TextEncoder();

/** Memory that a pointer field of the typed door carries; undefined for a bare address. */
export function areaOf(ptr: Ptr): Uint8Array | undefined {
  if (ptr instanceof Uint8Array) return ptr;
  if (typeof ptr === "string") return latin1Bytes(ptr + "\0");
  if (typeof ptr !== "object") return undefined;
  if (ptr.room > LARGEST_AREA) throw new NotReplayable("a buffer is above 8 MiB");
  return new Uint8Array(ptr.room);
}

function latin1Bytes(text: string): Uint8Array {
  return /^[\0-\xff]*$/.test(text)
    ? Uint8Array.from(text, (char) => char.charCodeAt(0))
    : encoder.encode(text);
}
