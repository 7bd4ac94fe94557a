/**
 * Makes the built-in BTF of the kernels (src/versions/vmlinux) from the real one: the types that
 * struct_ops stands on, cut out of it and numbered anew. A pointer to any other struct becomes a
 * pointer to its name alone.
 *
 *     deno run -A test/vmlinux.ts [VERSION...]
 */
import { word } from "../src/abi/words.ts";
import { BTF_KINDS, type BtfType, parse } from "../src/btf/types.ts";
import { type Version, VERSIONS } from "../src/kernel/version.ts";
import { openRunner, readVmlinux } from "../src/oracle/mod.ts";

const ROOTS = ["bpf_struct_ops_tcp_congestion_ops", "bpf_struct_ops_bpf_dummy_ops"];
const FIRST = 1;

/** The ids that the roots need, those of structs that are only named negative. */
function closure(types: readonly BtfType[]): ReadonlySet<number> {
  const kept = new Set<number>();
  const keep = (id: number, behindPointer: boolean): void => {
    const type = types[id];
    if (id === 0) return;
    const isStruct = type.kind === "STRUCT" || type.kind === "UNION";
    const mark = isStruct && behindPointer ? -id : id;
    if (kept.has(mark) || kept.has(id)) return;
    kept.add(mark);
    if (mark < 0) return;
    // By value a struct is needed whole, whoever named it before.
    kept.delete(-id);
    if ("members" in type) { for (const member of type.members) keep(member.type, false); }
    if ("params" in type) { for (const param of type.params) keep(param.type, behindPointer); }
    if ("index" in type) keep(type.index, behindPointer);
    if ("type" in type) keep(type.type, behindPointer || type.kind === "PTR");
  };
  for (const name of ROOTS) {
    const root = types.find((type) => type.kind === "STRUCT" && type.name === name);
    if (root !== undefined) keep(root.id, false);
  }
  return kept;
}

/** Strings, each once. */
class Strings {
  readonly #at = new Map<string, number>([["", 0]]);
  text = "\0";

  offset(name: string): number {
    const known = this.#at.get(name);
    if (known !== undefined) return known;
    const at = this.text.length;
    this.#at.set(name, at);
    this.text += name + "\0";
    return at;
  }
}

function encoded(
  type: BtfType,
  renumbered: (id: number) => number,
  strings: Strings,
  named: boolean,
): string {
  const head = (kind: number, vlen: number, last: number, flag = type.kindFlag) =>
    word(strings.offset(type.name)) +
    word(((flag ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0) + word(last);
  const kind = BTF_KINDS.indexOf(type.kind);
  if (named) return head(BTF_KINDS.indexOf("FWD"), 0, 0, type.kind === "UNION");
  switch (type.kind) {
    case "INT":
      return head(kind, 0, type.size) +
        word((type.encoding << 24) | (type.offset << 16) | type.bits);
    case "ARRAY":
      return head(kind, 0, 0) + word(renumbered(type.type)) + word(renumbered(type.index)) +
        word(type.nelems);
    case "STRUCT":
    case "UNION":
      return head(kind, type.members.length, type.size) +
        type.members.map((member) =>
          word(strings.offset(member.name)) + word(renumbered(member.type)) +
          word(((member.bitSize << 24) | member.bitOffset) >>> 0)
        ).join("");
    case "ENUM":
      return head(kind, type.values.length, type.size) +
        type.values.map(({ name, value }) =>
          word(strings.offset(name)) + word(Number(BigInt.asUintN(32, value)))
        ).join("");
    case "FUNC_PROTO":
      return head(kind, type.params.length, renumbered(type.type)) +
        type.params.map((param) => word(strings.offset(param.name)) + word(renumbered(param.type)))
          .join("");
    case "FWD":
      return head(kind, 0, 0);
    default:
      if (!("type" in type)) throw new Error(`a ${type.kind} among the types`);
      return head(kind, 0, renumbered(type.type));
  }
}

function escaped(bytes: string): string {
  return bytes.replace(
    /[^ !#-\[\]-~]/g,
    (c, at) =>
      c === "\0" && !/\d/.test(bytes[at + 1] ?? "")
        ? "\\0"
        : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

function source(version: Version, data: string): string {
  const { types } = parse(data);
  const kept = closure(types);
  const ids = [...kept].map(Math.abs).sort((a, b) => a - b);
  const numbers = new Map(ids.map((id, i) => [id, i + FIRST]));
  const renumbered = (id: number) => id === 0 ? 0 : numbers.get(id)!;
  const strings = new Strings();
  const lines = ids.map((id) => {
    const bytes = encoded(types[id], renumbered, strings, kept.has(-id));
    const kind = kept.has(-id) ? "FWD" : types[id].kind;
    const text = `  "${escaped(bytes)}", // ${renumbered(id)} ${kind} ${types[id].name}`;
    return text.trimEnd();
  });
  const names = strings.text.slice(0, -1).split("\0").map((name) => `  "${name}",`);
  return [
    `// Made by test/vmlinux.ts from the BTF of a real ${version}.`,
    "",
    "/** The types, one by one as BTF has them, from id 1 on. */",
    "// deno-fmt-ignore",
    "export const TYPES: readonly string[] = [",
    ...lines,
    "];",
    "",
    "/** Their names, in the order of the string section. */",
    "// deno-fmt-ignore",
    "export const STRINGS: readonly string[] = [",
    ...names,
    "];",
    "",
  ].join("\n");
}

const wanted = Deno.args.length === 0 ? VERSIONS : Deno.args as Version[];
for (const version of wanted) {
  const runner = await openRunner(version);
  const text = source(version, await readVmlinux(runner));
  await runner.close();
  const file = new URL(`../src/versions/vmlinux/v${version.replace(".", "_")}.ts`, import.meta.url);
  await Deno.writeTextFile(file, text);
  console.log(`${version}: ${text.length} characters`);
}
