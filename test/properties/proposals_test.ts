/** Proposals stand beside the kernel: they change nothing of it, and keep its counts right. */
import {
  attributes,
  boot,
  BPF_MAP_MAJOR,
  BPF_PROG_MAJOR,
  type Call,
  CHAR_DEVICES,
  type DeviceCall,
  FS_PER_MAP,
  type Kernel,
  KEYS_AS_FILES,
  type KeysCall,
  type Machine,
  type MapMountCall,
  type ModuleCall,
  MODULES,
  type Proposal,
  propose,
  READINGS,
} from "bpfspec";
import fc from "fast-check";
import { deepStrictEqual, ok } from "node:assert/strict";
import { inspect } from "node:util";
import {
  CLONE_NEWNS,
  CLONE_NEWUSER,
  MNT_DETACH,
  MS_BIND,
  MS_NODEV,
} from "../../src/abi/mount_flags.ts";
import { putMap, putPlace, putProg } from "../../src/kernel/refs.ts";
import { type K as DeviceK, releaseAt } from "../../src/proposals/char_devices/state.ts";
import type { K as MountK } from "../../src/proposals/fs_per_map/state.ts";
import { playFurther } from "./further.ts";
import { paths, runs } from "./runs.ts";
import { contradictions } from "./walk.ts";

type AnyProposal = Proposal<unknown, { readonly op: string }>;

const PROPOSALS = [
  ...READINGS.map((reading) => CHAR_DEVICES(reading)),
  FS_PER_MAP(),
  FS_PER_MAP({ writable: true, programs: "empty", descriptors: true }),
  KEYS_AS_FILES,
  attributes("follows"),
  MODULES,
] as unknown as readonly AnyProposal[];

Deno.test("what Linux answers it answers with every proposal beside it", () => {
  fc.assert(
    fc.property(paths(40), fc.constantFrom(...PROPOSALS), ([version, drawn], proposal) => {
      const plain = playFurther(version, drawn).trail;
      let m = propose(proposal, version);
      for (const { task, call, answer, writes } of plain) {
        m = m.as(task).call(call as Call);
        const last = m.trail.at(-1)!;
        deepStrictEqual([last.answer, last.writes], [answer, writes], inspect(call));
      }
    }),
    runs(60),
  );
});

type Own = DeviceCall | MapMountCall | KeysCall | ModuleCall;

Deno.test("no call of a proposal has the name of one of the kernel's", () => {
  // It is the compiler that looks: a common name is not of the type never.
  const common: Extract<Own["op"], Call["op"]>[] = [];
  const none: readonly never[] = common;
  deepStrictEqual(none, []);
});

const PATHS = ["/tmp/b", "/tmp/d/a", "/sys/fs/bpf/a"];
const path = fc.constantFrom(...PATHS);
const fd = fc.integer({ min: 2, max: 9 });
const MAP = { map_type: 1, key_size: 1, value_size: 1, max_entries: 4 };
/** r0 = 0; exit. */
const RETURN = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
const PROG = { prog_type: 1, insn_cnt: 2, insns: RETURN, license: "GPL" };

const common: fc.Arbitrary<Call> = fc.oneof(
  fc.constant({ op: "bpf", cmd: "MAP_CREATE", attr: MAP } as Call),
  fc.constant({ op: "bpf", cmd: "PROG_LOAD", attr: PROG } as Call),
  fd.map((fd): Call => ({ op: "close", fd })),
  fd.map((fd): Call => ({ op: "dup", fd })),
  fc.constantFrom<Call>({ op: "fork" }, { op: "fork" }, { op: "exec" }, { op: "exit" }),
  fc.constant<Call>({ op: "mkdir", path: "/tmp/d", mode: 0o777 }),
  path.map((path): Call => ({ op: "unlink", path })),
  fc.constant<Call>({ op: "rmdir", path: "/tmp/d" }),
  fc.tuple(path, path).map(([path, to]): Call => ({ op: "rename", path, to })),
  fc.tuple(path, fc.nat(2)).map(([path, flags]): Call => ({ op: "open", path, flags })),
  fc.tuple(path, fd).map(([pathname, bpf_fd]): Call =>
    ({ op: "bpf", cmd: "OBJ_PIN", attr: { pathname, bpf_fd } }) as Call
  ),
  path.map((pathname): Call => ({ op: "bpf", cmd: "OBJ_GET", attr: { pathname } }) as Call),
);

const openDevice = fc.constantFrom("/tmp/b", "/tmp/d/a", "/sys/fs/bpf/a").map((path): Call => ({
  op: "open",
  path,
  flags: 2,
}));

/** What becomes of mounts: bound, taken away, and copied into another namespace. */
function taken(...targets: readonly string[]): fc.Arbitrary<Call> {
  const target = fc.constantFrom(...targets);
  return fc.oneof(
    fc.tuple(target, fc.constantFrom(0, 0, MNT_DETACH)).map(([path, flags]): Call => ({
      op: "umount",
      path,
      flags,
    })),
    fc.tuple(target, target).map(([source, target]): Call => ({
      op: "mount",
      source,
      target,
      flags: MS_BIND,
    })),
    fc.constant<Call>({ op: "unshare", flags: CLONE_NEWNS }),
    fc.tuple(target).map(([path]): Call => ({ op: "chdir", path })),
  );
}

const deviceCall: fc.Arbitrary<DeviceCall | Call> = fc.oneof(
  { weight: 6, arbitrary: openDevice },
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant("mknod_dev" as const),
      path,
      mode: fc.constant(0o666),
      major: fc.constantFrom(BPF_MAP_MAJOR, BPF_MAP_MAJOR, BPF_PROG_MAJOR, 0),
      minor: fc.nat(1),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(fd, fd).map(([bpf_fd, dev_fd]) => ({
      op: "bind_dev" as const,
      bpf_fd,
      dev_fd,
    })),
  },
  { weight: 6, arbitrary: fd.map((dev_fd) => ({ op: "fetch_dev" as const, bpf_fd: 0, dev_fd })) },
  { weight: 2, arbitrary: fd.map((dev_fd) => ({ op: "unbind_dev" as const, dev_fd })) },
  {
    weight: 2,
    arbitrary: fc.tuple(path, path).map(([path, to]) => ({ op: "link" as const, path, to })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant("mount" as const),
      source: fc.constant("none"),
      target: fc.constant("/tmp/d"),
      type: fc.constantFrom("tmpfs", "disk", "disk"),
      flags: fc.constantFrom(0, 0, MS_NODEV),
    }),
  },
  { weight: 1, arbitrary: fc.constant<DeviceCall>({ op: "drop_caches" }) },
  { weight: 1, arbitrary: taken("/tmp/d") },
);

const key = fc.constantFrom("/tmp/d/00", "/tmp/d/01", "/tmp/a/00", "/tmp/a");

const mountCall: fc.Arbitrary<MapMountCall | Call> = fc.oneof(
  fc.tuple(fc.constantFrom("/tmp/d", "/tmp/a"), fd).map(([path, fd]) => ({
    op: "mount_map" as const,
    path,
    data: `fd=${fd}`,
  })),
  taken("/tmp/d", "/tmp/a"),
  fc.constant<Call>({ op: "mkdir", path: "/tmp/a", mode: 0o777 }),
  fc.tuple(key, fc.constantFrom(0, 1, 0o101)).map(([path, flags]): Call => ({
    op: "open",
    path,
    flags,
  })),
  key.map((path): Call => ({ op: "unlink", path })),
  fd.map((fd) => ({ op: "getdents_keys" as const, fd, count: 2 })),
  fd.map((fd) => ({ op: "read" as const, fd, n: 2 })),
  fd.map((fd) => ({ op: "write" as const, fd, bytes: "07\n" })),
);

/** Long walks: each call with the number that picks who makes it. */
function walk<T>(call: fc.Arbitrary<T>): fc.Arbitrary<[T, number][]> {
  return fc.array(fc.tuple(call, fc.nat(11)), { minLength: 30, maxLength: 60 });
}

/** The descriptors of the current task that are of something, or one that is not open. */
function fdOf<C extends { readonly op: string }>(m: Machine<C>, of: string, n: number): number {
  const fds = Array.from(m.kernel.tasks.get(m.task)!.fds.entries())
    .filter(([, { file }]) => m.kernel.files.get(file)!.object.of === of).map(([fd]) => fd);
  return fds[n % fds.length] ?? 99;
}

/** Puts descriptors of the right kind in the place of what was drawn, for two of three calls. */
function aimed<C extends { readonly op: string }>(m: Machine<C>, call: Call | C, who: number) {
  if (who === 0) return call;
  const fitting: Record<string, () => object> = {
    bind_dev: () => ({
      bpf_fd: fdOf(m, who === 1 ? "map" : "prog", 0),
      dev_fd: fdOf(m, "inode", who),
    }),
    fetch_dev: () => ({ dev_fd: fdOf(m, "inode", who) }),
    unbind_dev: () => ({ dev_fd: fdOf(m, "inode", who) }),
    mount_map: () => ({ data: `fd=${fdOf(m, who === 1 ? "map" : "prog", 0)}` }),
    getdents_keys: () => ({ fd: fdOf(m, "inode", who) }),
    read: () => ({ fd: fdOf(m, "other", 3) }),
    write: () => ({ fd: fdOf(m, "other", 3) }),
  };
  return { ...call, ...fitting[call.op]?.() };
}

/** A task with a map at descriptor 3 and a program at 4, and directories; another task like it. */
function furnished<C extends { readonly op: string }>(m: Machine<C>): Machine<C> {
  const made = m.umask(0).bpf("MAP_CREATE", MAP).bpf("PROG_LOAD", PROG);
  const value = Uint8Array.of(7);
  return made.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: Uint8Array.of(0), value })
    .mkdir("/tmp/d").mkdir("/tmp/a").fork().fork();
}

/** Makes calls as whichever of the living tasks a number picks. */
function play<C extends { readonly op: string }>(
  start: Machine<C>,
  drawn: readonly (readonly [Call | C, number])[],
  check: (m: Machine<C>) => void,
): Machine<C> {
  let m = start;
  for (const [call, who] of drawn) {
    const alive = Array.from(m.kernel.tasks.values()).filter((task) => task.alive);
    if (alive.length === 0) return m;
    m = m.as(alive[who % alive.length].number);
    m = m.call(aimed(m, call, who % 3));
    ok(m.answer !== undefined);
    check(m);
  }
  return m;
}

/** A kernel without its bindings has only what its own walk finds. */
function checkDevices(m: Machine<DeviceCall>): void {
  let k = m.kernel as DeviceK;
  const { bound, nodes, files, reading } = k.proposed;
  for (const [file] of files.entries()) ok(k.files.get(file), "a device file that is closed");
  for (const [node] of nodes.entries()) ok(k.fs.inodes.get(node), "a node that is gone");
  for (const [at] of bound.entries()) {
    if (reading === "file") ok(k.files.get(at), "bound to a closed file");
    if (reading === "inode" || reading === "own_fs") ok(k.fs.inodes.get(at), "bound to no inode");
    k = releaseAt(k, at);
  }
  deepStrictEqual(contradictions(k), []);
}

Deno.test("devices: counts are right after any calls, and bindings end where they should", () => {
  const calls = walk(
    fc.oneof(
      { weight: 20, arbitrary: common },
      { weight: 40, arbitrary: deviceCall },
      {
        weight: 1,
        arbitrary: fc.constant<Call>({ op: "unshare", flags: CLONE_NEWUSER | CLONE_NEWNS }),
      },
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...READINGS), calls, (reading, drawn) => {
      const path = reading === "own_fs" ? "/sys/fs/bpf/a" : "/tmp/d/a";
      const mknod = { op: "mknod_dev", path, mode: 0o666, major: BPF_MAP_MAJOR, minor: 0 } as const;
      const bare = propose(CHAR_DEVICES(reading), "6.18").umask(0).mkdir("/tmp/d");
      play(furnished(bare.call(mknod)), drawn, checkDevices);
    }),
    runs(200),
  );
});

/** A kernel without trees and open files of keys has only what its own walk finds. */
function checkMounts(m: Machine<MapMountCall>): void {
  const k = m.kernel as MountK;
  for (const [sb, tree] of k.proposed.trees) {
    ok(k.fs.superblocks.get(sb), "a tree that nobody has");
    ok(k.fs.inodes.get(tree.root), "a tree without a root");
  }
  let left: Kernel = k;
  for (const { map, dir } of k.proposed.files.values()) {
    left = putPlace(putMap(left, map, true), dir);
  }
  for (const { of, id } of k.proposed.trees.values()) {
    left = of === "map" ? putMap(left, id, true) : putProg(left, id);
  }
  deepStrictEqual(contradictions(left), []);
}

Deno.test("mounts of maps: counts are right after any calls, in every namespace", () => {
  const calls = walk(fc.oneof(common, mountCall, mountCall));
  const options = { writable: true, programs: "empty", descriptors: true } as const;
  fc.assert(
    fc.property(fc.constantFrom({}, options), calls, (options, drawn) => {
      const end = play(furnished(propose(FS_PER_MAP(options), "6.18")), drawn, checkMounts);
      let m = end;
      for (const { number, alive } of end.kernel.tasks.values()) if (alive) m = m.as(number).exit();
      ok((m.kernel as MountK).proposed.trees.size === 0, "nobody is left, and a map is mounted");
    }),
    runs(200),
  );
});

Deno.test("devices on a file system of their own are pins by another name", () => {
  const names = ["/sys/fs/bpf/a", "/sys/fs/bpf/b"];
  const act = fc.record({
    what: fc.constantFrom("name", "get", "unlink", "rename", "close"),
    at: fc.constantFrom(...names),
    to: fc.constantFrom(...names),
  });
  type Act = { readonly what: string; readonly at: string; readonly to: string };
  fc.assert(
    fc.property(fc.array(act, { minLength: 5, maxLength: 20 }), (acts: readonly Act[]) => {
      let pins = boot("6.18").bpf("MAP_CREATE", MAP);
      let devices = propose(CHAR_DEVICES("own_fs"), "6.18").bpf("MAP_CREATE", MAP);
      for (const { what, at, to } of acts) {
        const map = pins.kernel.tasks.get(0)!.fds.get(3);
        if (what === "name" && map !== undefined) {
          pins = pins.bpf("OBJ_PIN", { pathname: at, bpf_fd: 3 });
          devices = devices.call({ op: "mknod_dev", path: at, mode: 0o600, major: 240, minor: 0 });
          if (devices.result === 0) {
            devices = devices.open(at, 2);
            const dev_fd = Number(devices.result);
            devices = devices.call({ op: "bind_dev", bpf_fd: 3, dev_fd }).close(dev_fd);
          }
        } else if (what === "get") {
          pins = pins.bpf("OBJ_GET", { pathname: at });
          const got = pins.result;
          devices = devices.open(at, 2);
          const dev_fd = devices.result;
          if (typeof dev_fd === "number") {
            devices = devices.call({ op: "fetch_dev", bpf_fd: 0, dev_fd });
            const fd = Number(devices.result);
            devices = devices.dup2(fd, dev_fd).close(fd);
          }
          deepStrictEqual(typeof dev_fd, typeof got);
        } else if (what === "unlink") {
          [pins, devices] = [pins.unlink(at), devices.unlink(at)];
        } else if (what === "rename") {
          [pins, devices] = [pins.rename(at, to), devices.rename(at, to)];
        } else if (what === "close") {
          [pins, devices] = [pins.close(3), devices.close(3)];
        }
        deepStrictEqual(devices.mapIds, pins.mapIds);
        const refs = (m: Machine<DeviceCall> | Machine) =>
          Array.from(m.kernel.maps.table.values(), (each) => each.refs);
        deepStrictEqual(refs(devices), refs(pins));
      }
    }),
    runs(200),
  );
});
