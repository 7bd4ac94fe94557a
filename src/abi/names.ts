import { latin1 } from "./memory.ts";

/** sizeof(map_name), sizeof(prog_name): BPF_OBJ_NAME_LEN. */
const BPF_OBJ_NAME_LEN = 16;

/**
 * The kernel's own isalnum, which knows Latin-1: the letters above 0xbf count, the multiplication
 * and division signs do not.
 */
function isAlnum(code: number): boolean {
  if (code >= 0xc0) return code !== 0xd7 && code !== 0xf7;
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a);
}

/** `bpf_obj_name_cpy`: the name up to its NUL, or undefined where the kernel refuses it. */
export function objectName(field: string | Uint8Array | undefined): string | undefined {
  const text = typeof field === "string"
    ? field
    : latin1(field?.subarray(0, BPF_OBJ_NAME_LEN) ?? new Uint8Array());
  for (let i = 0; i < BPF_OBJ_NAME_LEN; i++) {
    if (i >= text.length || text[i] === "\0") return text.slice(0, i);
    const code = text.charCodeAt(i);
    if (!isAlnum(code) && text[i] !== "_" && text[i] !== ".") return undefined;
  }
  return undefined;
}
