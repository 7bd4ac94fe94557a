/** The kernel's own BTF (`vmlinux`): what struct_ops needs of it, where no whole one is given. */
import { word } from "../abi/words.ts";
import type { Version } from "../kernel/version.ts";
import * as v5_10 from "./vmlinux/v5_10.ts";
import * as v6_1 from "./vmlinux/v6_1.ts";
import * as v6_12 from "./vmlinux/v6_12.ts";
import * as v6_18 from "./vmlinux/v6_18.ts";
import * as v7_2 from "./vmlinux/v7_2.ts";

const HEADER_SIZE = 24;
const MAGIC_AND_VERSION = 0x0001eb9f;

interface Cut {
  readonly TYPES: readonly string[];
  readonly STRINGS: readonly string[];
}

const CUTS: Readonly<Record<Version, Cut>> = {
  "5.10": v5_10,
  "6.1": v6_1,
  "6.12": v6_12,
  "6.18": v6_18,
  "7.2": v7_2,
};

/** A built-in BTF for each kernel, cut out of its real one: latin-1, header and all. */
export function vmlinuxOf(version: Version): string {
  const types = CUTS[version].TYPES.join("");
  const strings = CUTS[version].STRINGS.join("\0") + "\0";
  const sections = word(0) + word(types.length) + word(types.length) + word(strings.length);
  return word(MAGIC_AND_VERSION) + word(HEADER_SIZE) + sections + types + strings;
}
