/** The header of BTF and its sections. Source: kernel/bpf/btf.c, btf_parse_hdr, btf_check_sec_info. */
import { wordAt } from "../abi/words.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Version } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { type Section, sortSections } from "./sort.ts";
import type { Vlog } from "./vlog.ts";

export const HEADER = rules("BTF_LOAD", {
  hdr_short: ["EINVAL", "the BTF ends before `hdr_len`: it has less than 8 bytes"],
  hdr_len: ["EINVAL", "`hdr_len` is above `btf_size`"],
  hdr_unknown: ["E2BIG", "a byte of the header beyond what the kernel knows is not zero"],
  magic: ["EINVAL", "`magic` is not 0xeb9f"],
  version: ["ENOTSUPP", "`version` is not 1"],
  flags: ["ENOTSUPP", "`flags` is not 0"],
  no_data: ["EINVAL", "nothing comes after the header"],
  section_off: ["EINVAL", "a section starts beyond the end"],
  section_gap: ["EINVAL", "between two sections there are bytes of neither"],
  section_overlap: ["EINVAL", "a section starts in the one before it"],
  section_len: ["EINVAL", "a section ends beyond the end"],
  section_rest: ["EINVAL", "there are bytes after the last section"],
  str_not_last: [
    "EINVAL",
    "the string section is not at the end (from 7.2 on: and the header has no layout section)",
  ],
  str_invalid: [
    "EINVAL",
    "the string section is empty, or its first or its last byte is not NUL",
  ],
  layout_align: ["EINVAL", "`layout_off` is not a multiple of 4", { since: "7.2" }],
  layout_small: ["EINVAL", "`layout_len` is below 4, and not 0", { since: "7.2" }],
  layout_len: ["EINVAL", "`layout_len` is not a multiple of 4", { since: "7.2" }],
  type_align: ["EINVAL", "`type_off` is not a multiple of 4"],
  no_types: ["EINVAL", "`type_len` is 0"],
});

/** struct btf_header, as far as the BTF has one; offsets count from its end. */
export interface Header {
  readonly hdr_len: number;
  readonly type_off: number;
  readonly type_len: number;
  readonly str_off: number;
  readonly str_len: number;
  readonly layout_off: number;
  readonly layout_len: number;
}

const MAGIC = 0xeb9f;
const WITH_LAYOUT = 32;
const WITHOUT_LAYOUT = 24;

/** The bytes of a header that a version knows. */
function known(version: Version): number {
  return has(version, DELTA.btf_layout) ? WITH_LAYOUT : WITHOUT_LAYOUT;
}

/** Reads and checks the header, and how the sections lie. */
export function parseHeader(version: Version, data: string, log: Vlog): Header | Rule {
  const refuse = (rule: Rule, message: string) => {
    log.print(message);
    return rule;
  };
  if (data.length < 8) return refuse(HEADER.hdr_short, "hdr_len not found");
  const claimed = wordAt(data, 4);
  if (data.length < claimed) return refuse(HEADER.hdr_len, "btf_header not found");
  for (let i = known(version); i < claimed; i++) {
    if (data.charCodeAt(i) !== 0) return refuse(HEADER.hdr_unknown, "Unsupported btf_header");
  }
  const size = Math.min(claimed, known(version));
  const bytes = data.slice(0, size).padEnd(WITH_LAYOUT, "\0");
  const magic = wordAt(bytes, 0) & 0xffff;
  const [versionByte, flags] = [bytes.charCodeAt(2), bytes.charCodeAt(3)];
  const word = (index: number) => wordAt(bytes, 4 * index);
  const header: Header = {
    hdr_len: word(1),
    type_off: word(2),
    type_len: word(3),
    str_off: word(4),
    str_len: word(5),
    layout_off: word(6),
    layout_len: word(7),
  };
  log.print(`magic: 0x${magic.toString(16)}\n`);
  log.print(`version: ${versionByte}\n`);
  log.print(`flags: 0x${flags.toString(16)}\n`);
  const { layout_off, layout_len, ...fields } = header;
  for (const [name, value] of Object.entries(fields)) log.print(`${name}: ${value}\n`);
  if (has(version, DELTA.btf_layout) && header.hdr_len >= WITH_LAYOUT) {
    log.print(`layout_off: ${layout_off}\n`);
    log.print(`layout_len: ${layout_len}\n`);
  }
  log.print(`btf_total_size: ${data.length}\n`);
  if (magic !== MAGIC) return refuse(HEADER.magic, "Invalid magic");
  if (versionByte !== 1) return refuse(HEADER.version, "Unsupported version");
  if (flags !== 0) return refuse(HEADER.flags, "Unsupported flags");
  if (data.length === header.hdr_len) return refuse(HEADER.no_data, "No data");
  return checkSections(version, header, data.length, refuse) ?? header;
}

type Refuse = (rule: Rule, message: string) => Rule;

function checkSections(
  version: Version,
  header: Header,
  size: number,
  refuse: Refuse,
): Rule | undefined {
  const sections: Section[] = [
    { off: header.type_off, len: header.type_len },
    { off: header.str_off, len: header.str_len },
  ];
  if (hasLayout(version, header)) sections.push({ off: header.layout_off, len: header.layout_len });
  sortSections(sections);
  const expected = size - header.hdr_len;
  let total = 0;
  for (const { off, len } of sections) {
    if (expected < off) return refuse(HEADER.section_off, "Invalid section offset");
    if (total < off) return refuse(HEADER.section_gap, "Unsupported section found");
    if (total > off) return refuse(HEADER.section_overlap, "Section overlap found");
    if (expected - total < len) {
      return refuse(HEADER.section_len, "Total section length too long");
    }
    total += len;
  }
  return expected === total ? undefined : refuse(HEADER.section_rest, "Unsupported section found");
}

/** Whether there is a section that says how long the kinds are. */
function hasLayout(version: Version, { hdr_len, layout_len }: Header): boolean {
  return has(version, DELTA.btf_layout) && hdr_len >= WITH_LAYOUT && layout_len !== 0;
}

/** Strings, layout, and where the types are: the last checks before the types themselves. */
export function checkStart(
  version: Version,
  data: string,
  header: Header,
  log: Vlog,
): Rule | undefined {
  const refuse: Refuse = (rule, message) => {
    log.print(message);
    return rule;
  };
  const start = header.hdr_len + header.str_off;
  const end = start + header.str_len;
  const mayBeAnywhere = has(version, DELTA.btf_layout) && header.hdr_len >= WITH_LAYOUT;
  if (!mayBeAnywhere && end !== data.length) {
    return refuse(HEADER.str_not_last, "String section is not at the end");
  }
  if (header.str_len === 0 || data.charCodeAt(end - 1) !== 0 || data.charCodeAt(start) !== 0) {
    return refuse(HEADER.str_invalid, "Invalid string section");
  }
  if (hasLayout(version, header)) {
    const { layout_off, layout_len } = header;
    if (layout_off % 4 !== 0) return refuse(HEADER.layout_align, "Unaligned layout_off");
    if (layout_len < 4) return refuse(HEADER.layout_small, "Layout section is too small");
    if (layout_len % 4 !== 0) {
      return refuse(HEADER.layout_len, "layout_len is not multiple of 4");
    }
  }
  if (header.type_off % 4 !== 0) return refuse(HEADER.type_align, "Unaligned type_off");
  return header.type_len === 0 ? refuse(HEADER.no_types, "No type found") : undefined;
}
