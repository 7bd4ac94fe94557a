/** The loader's unit tests: no root, no kernel, and every failure at hand. */
import {
  boot,
  type Machine,
  type MachineOptions,
  room,
  u32,
  type Version,
  VERSIONS,
} from "bpfspec";
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { BpfError } from "./bpf.ts";
import { type Config, FLOWS, IncompatibleMap, load, SETTINGS, SettingsFrozen } from "./loader.ts";
import { ModelBpf } from "./model_bpf.ts";
import { PROGRAM } from "./program.ts";

const CONFIG: Config = { pinDir: "/sys/fs/bpf/fw", settings: [80, 443], program: PROGRAM };

function machine(version: Version = "6.18", options?: MachineOptions): Machine {
  return boot(version, options).mkdir(CONFIG.pinDir);
}

/** The machine after a loader has run there and its process has ended. */
function loadedBefore(m: Machine): Machine {
  const child = m.fork();
  const bpf = new ModelBpf(child.as(child.result as number));
  load(bpf, CONFIG);
  return bpf.machine.exit().as(0);
}

/** The descriptors above stdin, stdout and stderr. */
function openFds(m: Machine): readonly number[] {
  return Array.from(m.kernel.tasks.get(m.task)!.fds.entries(), ([fd]) => fd).filter((fd) => fd > 2);
}

function setting(m: Machine, map_fd: number, index: number): unknown {
  return m.bpf("MAP_LOOKUP_ELEM", { map_fd, key: u32(index), value: room(4) }).out.value;
}

for (const version of VERSIONS) {
  Deno.test(`${version}: the first start creates, fills, freezes and pins`, () => {
    const bpf = new ModelBpf(machine(version));
    const { settings, flows, reused } = load(bpf, CONFIG);
    deepStrictEqual(reused, { settings: false, flows: false });
    deepStrictEqual(setting(bpf.machine, settings, 1), u32(443));
    strictEqual(bpf.machine.kernel.maps.table.get(1)!.frozen, true);
    // Each map is held by the descriptor, the pin and the program.
    deepStrictEqual(bpf.machine.mapIds.map((id) => bpf.machine.kernel.maps.table.get(id)!.refs), [
      3,
      3,
    ]);
    ok(settings !== flows);
  });
}

Deno.test("the second start finds the maps of the first", () => {
  const before = loadedBefore(machine());
  deepStrictEqual(before.mapIds, [1, 2]);
  const bpf = new ModelBpf(before);
  deepStrictEqual(load(bpf, CONFIG).reused, { settings: true, flows: true });
  deepStrictEqual(bpf.machine.mapIds, [1, 2]);
});

Deno.test("a pinned map of another shape is left alone", () => {
  const other = machine()
    .bpf("MAP_CREATE", { ...FLOWS, value_size: 16 })
    .bpf("OBJ_PIN", { bpf_fd: 3, pathname: "/sys/fs/bpf/fw/flows" })
    .close(3);
  const bpf = new ModelBpf(other);
  throws(() => load(bpf, CONFIG), (error: Error) => {
    ok(error instanceof IncompatibleMap);
    strictEqual(error.message, "/sys/fs/bpf/fw/flows: value_size is 16, not 8");
    return true;
  });
  deepStrictEqual(openFds(bpf.machine), []);
});

Deno.test("without CAP_BPF nothing is made, and the rule says why", () => {
  const bpf = new ModelBpf(machine().capset([]));
  throws(() => load(bpf, CONFIG), { errno: "EPERM" });
  strictEqual(bpf.rule, "MAP_CREATE/unprivileged");
  deepStrictEqual([openFds(bpf.machine), bpf.machine.mapIds], [[], []]);
});

Deno.test("5.10: a low RLIMIT_MEMLOCK is EPERM too, by another rule", () => {
  const unmoved = machine("5.10", { limits: { memlock: 4096 } }).capset(["CAP_BPF"]);
  const bpf = new ModelBpf(unmoved);
  throws(() => load(bpf, CONFIG), { errno: "EPERM" });
  strictEqual(bpf.rule, "HASH/create_memlock");
  deepStrictEqual(openFds(bpf.machine), []);
});

Deno.test("who loses the race for a pin takes the winner's map, and drops its own", () => {
  const bpf = new ModelBpf(machine().fork().as(0));
  bpf.meanwhile = (m, cmd) => {
    if (cmd !== "OBJ_PIN") return m;
    bpf.meanwhile = (later) => later;
    return m.as(1)
      .bpf("MAP_CREATE", SETTINGS)
      .bpf("OBJ_PIN", { bpf_fd: 3, pathname: "/sys/fs/bpf/fw/settings" })
      .exit();
  };
  deepStrictEqual(load(bpf, CONFIG).reused, { settings: true, flows: false });
  const pinned = bpf.machine.trail.filter(({ call }) =>
    call.op === "bpf" && call.cmd === "OBJ_PIN"
  );
  deepStrictEqual(pinned.map(({ answer }) => answer.kind), ["value", "refusal", "value"]);
  // Map 1 was ours and is gone; 2 is the winner's.
  deepStrictEqual(bpf.machine.mapIds, [2, 3]);
});

Deno.test("frozen settings: the same ones are taken, others are refused", () => {
  const before = loadedBefore(machine());
  const same = new ModelBpf(before);
  load(same, CONFIG);
  const other = new ModelBpf(before);
  throws(() => load(other, { ...CONFIG, settings: [80, 8443] }), SettingsFrozen);
  deepStrictEqual(openFds(other.machine), []);
});

Deno.test("a program that the verifier refuses leaves nothing open; the pins stay", () => {
  const bpf = new ModelBpf(machine());
  bpf.verdict = "EACCES";
  throws(() => load(bpf, CONFIG), BpfError);
  deepStrictEqual([openFds(bpf.machine), bpf.machine.progIds], [[], []]);
  deepStrictEqual(bpf.machine.mapIds, [1, 2]);
});

Deno.test("any descriptor may be the last one: whatever fails, nothing stays open", () => {
  for (let nofile = 3; nofile < 6; nofile++) {
    const bpf = new ModelBpf(machine("6.18", { limits: { nofile } }));
    throws(() => load(bpf, CONFIG), { errno: "EMFILE" });
    deepStrictEqual(openFds(bpf.machine), []);
  }
});
