/** Keys as files and modules: what they hold is what a walk of the state does not explain. */
import {
  type Call,
  type Kernel,
  KEYS_AS_FILES,
  type KeysCall,
  loadOps,
  type Machine,
  type ModuleCall,
  MODULES,
  propose,
  proposedOf,
} from "bpfspec";
import fc from "fast-check";
import { deepStrictEqual, ok } from "node:assert/strict";
import { CLONE_NEWNS, MNT_DETACH } from "../../src/abi/mount_flags.ts";
import { putMap, putPlace, putProg } from "../../src/kernel/refs.ts";
import { runs } from "./runs.ts";
import { contradictions } from "./walk.ts";

const MAP = { map_type: 1, key_size: 1, value_size: 1, max_entries: 4 };
const fd = fc.integer({ min: 3, max: 9 });

const life: fc.Arbitrary<Call> = fc.oneof(
  fd.map((fd): Call => ({ op: "close", fd })),
  fd.map((fd): Call => ({ op: "dup", fd })),
  fc.constantFrom<Call>({ op: "fork" }, { op: "exec" }, { op: "exit" }),
);

const DIRS = ["/sys/fs/bpf/d", "/sys/fs/bpf/e"];
const directory = fc.constantFrom(...DIRS);
const key = fc.tuple(directory, fc.constantFrom("00", "01", "1", "x"))
  .map(([dir, name]) => `${dir}/${name}`);
const HEX = { kind: "hex" } as const;

const keysCall: fc.Arbitrary<KeysCall | Call> = fc.oneof(
  life,
  fc.constant({ op: "bpf", cmd: "MAP_CREATE", attr: MAP } as Call),
  fc.tuple(fd, directory).map(([map_fd, pathname]) => ({
    op: "MAP_EXPAND" as const,
    map_fd,
    pathname,
    format: HEX,
  })),
  fc.tuple(fd, directory).map(([bpf_fd, pathname]): Call =>
    ({ op: "bpf", cmd: "OBJ_PIN", attr: { pathname, bpf_fd } }) as Call
  ),
  directory.map((target) => ({
    op: "mount_keys" as const,
    source: "/sys/fs/bpf/m",
    target,
    format: HEX,
  })),
  directory.map((path): Call => ({ op: "umount", path, flags: 0 })),
  directory.map((path): Call => ({ op: "umount", path, flags: MNT_DETACH })),
  fc.constant<Call>({ op: "unshare", flags: CLONE_NEWNS }),
  directory.map((path): Call => ({ op: "rmdir", path })),
  directory.map((path): Call => ({ op: "mkdir", path, mode: 0o777 })),
  fc.tuple(fc.oneof(directory, key), fc.constantFrom(0, 1, 0o101)).map(([path, flags]): Call => ({
    op: "open",
    path,
    flags,
  })),
  key.map((path): Call => ({ op: "unlink", path })),
  key.map((path): Call => ({ op: "stat", path })),
  fd.map((fd) => ({ op: "getdents_keys" as const, fd, count: 2 })),
  fd.map((fd): Call => ({ op: "read", fd, n: 2 })),
  fd.map((fd): Call => ({ op: "write", fd, bytes: "07\n" })),
);

function walk<T>(call: fc.Arbitrary<T>): fc.Arbitrary<[T, number][]> {
  return fc.array(fc.tuple(call, fc.nat(11)), { minLength: 20, maxLength: 50 });
}

function play<C extends { readonly op: string }>(
  start: Machine<C>,
  drawn: readonly (readonly [Call | C, number])[],
  check: (m: Machine<C>) => void,
): void {
  let m = start;
  for (const [call, who] of drawn) {
    const alive = Array.from(m.kernel.tasks.values()).filter((task) => task.alive);
    if (alive.length === 0) return;
    m = m.as(alive[who % alive.length].number).call(call);
    check(m);
  }
}

function checkKeys(m: Machine<KeysCall>): void {
  const { dirs, files } = proposedOf(KEYS_AS_FILES, m);
  let left: Kernel = m.kernel;
  for (const [number, { map }] of dirs) {
    ok(left.fs.inodes.get(number), "a directory of keys that is gone");
    left = putMap(left, map, true);
  }
  for (const [file, { map, dir }] of files.entries()) {
    ok(m.kernel.files.get(file), "a file of a key that is closed");
    left = putPlace(putMap(left, map, true), dir);
  }
  deepStrictEqual(contradictions(left), []);
}

Deno.test("keys as files: counts are right after any calls", () => {
  const begin = propose(KEYS_AS_FILES, "6.18").bpf("MAP_CREATE", MAP)
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: Uint8Array.of(0), value: Uint8Array.of(7) })
    .bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/m", bpf_fd: 3 }).fork();
  fc.assert(fc.property(walk(keysCall), (drawn) => play(begin, drawn, checkKeys)), runs(200));
});

const NAMES = ["one", "two", "reno"];

const moduleCall: fc.Arbitrary<ModuleCall | Call> = fc.oneof(
  life,
  fc.constantFrom(...NAMES).map((name) => ({
    op: "MODULE_REGISTER" as const,
    name,
    ops: "tcp_congestion_ops",
    progs: { ssthresh: 3, undo_cwnd: 4, cong_avoid: 5 },
  })),
  fc.tuple(fc.constantFrom(...NAMES), fc.nat(1)).map(([name, flags]) => ({
    op: "MODULE_UNREGISTER" as const,
    name,
    flags,
  })),
  fc.nat(3).map((module_id) => ({ op: "MODULE_GET_FD_BY_ID" as const, module_id })),
  fc.constant({ op: "tcp_socket" as const }),
  fc.tuple(fd, fc.constantFrom(...NAMES)).map(([fd, name]) => ({
    op: "set_congestion" as const,
    fd,
    name,
  })),
);

function checkModules(m: Machine<ModuleCall>): void {
  const { modules, files, sockets } = proposedOf(MODULES, m);
  let left: Kernel = m.kernel;
  for (const { id, progs, users, opens, state } of modules.table.values()) {
    const using = Array.from(sockets.values()).filter((used) =>
      "module" in used && used.module === id
    );
    const open = Array.from(files.values()).filter((file) =>
      file.of === "module" && file.id === id
    );
    deepStrictEqual([users, opens], [using.length, open.length]);
    ok(state === "live" || users > 0 || opens > 0, "a module that nobody has");
    for (const [, prog] of progs) left = putProg(left, prog);
  }
  for (const used of sockets.values()) if ("map" in used) left = putMap(left, used.map, false);
  deepStrictEqual(contradictions(left), []);
}

Deno.test("modules: users, descriptors and programs are counted right after any calls", () => {
  const begin = loadOps(propose(MODULES, "6.18")).fork().call({ op: "tcp_socket" });
  fc.assert(fc.property(walk(moduleCall), (drawn) => play(begin, drawn, checkModules)), runs(200));
});
