/**
 * In a command that is written straight down, the checks stand in the order of its table of rules,
 * which is the kernel's own and the one that the book prints.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { codeOf } from "./sources.ts";

/** A table of rules in a file, by the name that the code below calls it by. */
interface Place {
  readonly file: string;
  readonly table: string;
  /** Text from which on the checks are read; the table's own end where it is left out. */
  readonly from?: string;
  /** What the code calls the table, where that differs. */
  readonly as?: string;
}

const STRAIGHT: readonly Place[] = [
  ...["map_lookup_elem", "map_update_elem", "map_delete_elem", "map_get_next_key"],
  ...["map_freeze", "obj_pin", "obj_get"],
].map((name) => ({ file: `src/commands/${name}.ts`, table: "R" }));

const IDS = "src/commands/ids.ts";

const PLACES: readonly Place[] = [
  ...STRAIGHT,
  { file: IDS, table: "nextIdRules", from: "function nextId(", as: "R" },
  { file: IDS, table: "MAP_FD" },
  { file: IDS, table: "PROG_FD" },
  { file: IDS, table: "BTF_FD" },
];

/** Checks that several commands share are read as if they stood where they are called. */
const SHARED: readonly { readonly call: string; readonly file: string }[] = [
  { call: "opFlags(k, attr.flags, R)", file: "src/commands/op_flags.ts" },
];

/** The table's keys as its text has them, and the text after it. */
function tableIn(code: string, name: string): { keys: readonly string[]; after: string } {
  const start = code.search(new RegExp(`(?:const ${name} = rules\\(|function ${name}\\()`));
  ok(start >= 0, `no table ${name}`);
  const open = code.indexOf("{", code.indexOf("rules(", start));
  const close = /^ *\}\);/m.exec(code.slice(open))!.index + open;
  const keys = code.slice(open, close).matchAll(/^\s*(\w+): \[/gm);
  return { keys: Array.from(keys, ([, key]) => key), after: code.slice(close) };
}

function keysInOrderOfUse({ file, table, from, as }: Place) {
  const code = codeOf(file);
  const { keys, after } = tableIn(code, table);
  const checks = SHARED.reduce(
    (text, shared) => text.replace(shared.call, () => codeOf(shared.file)),
    from === undefined ? after : code.slice(code.indexOf(from)),
  );
  const used = (key: string) => checks.search(new RegExp(`\\b${as ?? table}\\.${key}\\b`));
  const missing = keys.filter((key) => used(key) < 0);
  const ordered = keys.filter((key) => used(key) >= 0).sort((a, b) => used(a) - used(b));
  return { keys, missing, ordered };
}

for (const place of PLACES) {
  Deno.test(`${place.file}: the checks stand in the order of ${place.table}`, () => {
    const { keys, missing, ordered } = keysInOrderOfUse(place);
    ok(keys.length > 2, "no table was found");
    deepStrictEqual(missing, [], "rules that no check names");
    deepStrictEqual(ordered, keys);
  });
}
