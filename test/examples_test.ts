/** The examples run as a reader runs them, and print what they are there to show. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const EXAMPLES = fileURLToPath(new URL("../examples", import.meta.url));

/** Runs an example without any permission: the model needs none. */
async function outputOf(path: string): Promise<readonly string[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", join(EXAMPLES, path)],
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => line.trimEnd());
}

/** Lines that the output has, in this order, among others. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  "lifetimes.ts": [
    "step                                refs  held by",
    "   1  create the map                   1  fd 3 of task 0",
    "   4  fork                             3  fd 3 of task 0, fd 3 of task 1, a pin, program 1",
    "   8  the child ends                   3  a message in flight, a pin, program 1",
    "  11  close the receiving end       gone  -",
    "The map is there up to step 10: step 11 takes the last holder.",
    "descriptor 3, and the map is held by fd 3 of task 0, a pin.",
    "What happened is still what happened: 0 maps at the end.",
  ],
  "checkpoint.ts": [
    "dumped on 6.1: 3 maps behind 5 descriptors",
    "   3  settings, 2 elements, frozen      read and write",
    "   6  flows, 12 elements                read",
    "  maps, contents, flags, names, descriptors: the same",
    "  ids: 1 2 3 before, 40 41 42 after",
    "  the order of flows: another",
    "  the order of ordered: the same",
    "  flows: read, frozen: unknown",
    "  sink: cannot be read, frozen: unknown",
  ],
  "explain_call.ts": [
    "freezing a map twice:",
    "    6.1   EBUSY   MAP_FREEZE/frozen_busy",
    "    6.12  EPERM   MAP_FREEZE/frozen",
    "  MAP_FREEZE/frozen (6.12 and later): the map is frozen already",
    "a hash with keys of 513 bytes:",
    "    5.10  E2BIG   HASH/create_key_stack",
    "    6.1   3",
    "    7.2   EINVAL  MAP_LOOKUP_ELEM/flags_cpu",
  ],
  "own_btf.ts": [
    "bpf_struct_ops_tcp_congestion_ops: 256 bytes, data at 64",
    "  8    64  func  undo_cwnd",
    " 12   104  module  owner",
  ],
  "loader_test_double/main.ts": [
    "first start: settings created, flows created",
    "    OBJ_GET              ENOENT",
    "    MAP_CREATE           3",
    "    OBJ_PIN              0",
    "    MAP_FREEZE           0",
    "    PROG_LOAD            5",
    "    after it has ended: 2 maps, 0 programs",
    "second start: settings reused, flows reused",
    "    OBJ_GET_INFO_BY_FD   0",
    "    MAP_UPDATE_ELEM      EPERM",
    "    after it has ended: 2 maps, 0 programs",
  ],
};

for (const [path, lines] of Object.entries(SHOWN)) {
  Deno.test(`examples/${path} shows what it is there to show`, async () => {
    const output = await outputOf(path);
    let from = 0;
    for (const line of lines) {
      const at = output.indexOf(line, from);
      ok(at >= 0, `no line "${line}" (from line ${from + 1} on) in:\n${output.join("\n")}`);
      from = at + 1;
    }
  });
}

Deno.test("every example is run", async () => {
  const programs: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(EXAMPLES)) {
    if (isDirectory || name.endsWith(".ts")) programs.push(isDirectory ? `${name}/main.ts` : name);
  }
  deepStrictEqual(programs.sort(), Object.keys(SHOWN).sort());
});

Deno.test("an example imports the model as a user does", async () => {
  for (const path of Object.keys(SHOWN)) {
    const text = await Deno.readTextFile(join(EXAMPLES, path));
    strictEqual(/from "\.\.?\/.*src\//.test(text), false, path);
  }
});
