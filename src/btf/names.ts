/** Which names BTF may have. Source: kernel/bpf/btf.c, btf_name_valid_identifier and _section. */
import type { Version } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";

/** KSYM_NAME_LEN: a name may have as many bytes. */
function longest(version: Version): number {
  return has(version, DELTA.btf_long_names) ? 512 : 128;
}

/** The kernel's own isalpha, which knows Latin-1. */
function isAlpha(code: number): boolean {
  if (code >= 0xc0) return code !== 0xd7 && code !== 0xf7;
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isWord(code: number): boolean {
  return isAlpha(code) || code === 0x5f || code === 0x2e;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Printable in Latin-1: neither ASCII's control characters nor those above them. */
function isPrint(code: number): boolean {
  return (code >= 0x20 && code <= 0x7e) || code >= 0xa0;
}

/** Letters, digits, `_` and `.`, and no digit first. */
export function isIdentifier(version: Version, name: string): boolean {
  if (name === "" || name.length > longest(version)) return false;
  if (!isWord(name.charCodeAt(0))) return false;
  for (let i = 1; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (!isWord(code) && !isDigit(code)) return false;
  }
  return true;
}

/** The name of a section of variables: from 6.12 on anything that can be printed. */
export function isSection(version: Version, name: string): boolean {
  if (!has(version, DELTA.btf_section_names)) return isIdentifier(version, name);
  if (name === "" || name.length > longest(version)) return false;
  for (let i = 0; i < name.length; i++) if (!isPrint(name.charCodeAt(i))) return false;
  return true;
}
