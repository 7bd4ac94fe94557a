/** The kernel's own BTF (`vmlinux`), as small as it can be where no other is given. */
import { word } from "../abi/words.ts";
import type { Version } from "../kernel/version.ts";

const HEADER_SIZE = 24;
const MAGIC_AND_VERSION = 0x0001eb9f;
const INT = 0x01000000;
const STRINGS = "\0int\0";

/** A built-in BTF for each kernel: latin-1, header and all. */
export function vmlinuxOf(_version: Version): string {
  const types = word(1) + word(INT) + word(4) + word(0x01000020);
  const sections = word(0) + word(types.length) + word(types.length) + word(STRINGS.length);
  return word(MAGIC_AND_VERSION) + word(HEADER_SIZE) + sections + types + STRINGS;
}
