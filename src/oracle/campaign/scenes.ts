/** Where a path may start: states in which much can happen that is far from boot. */
import { btf, type Machine, returning, u32 } from "bpfspec";
import type { Choice } from "./choices.ts";
import { one } from "./pools.ts";

type Scene = (m: Machine) => Machine;

const nothing: Scene = (m) => m;

/** Maps of both kinds, one of them full, and a program. */
const furnished: Scene = (m) =>
  m.bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 4, max_entries: 2, map_flags: 64 })
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: u32(0), value: u32(1) })
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: u32(1), value: u32(2) })
    .bpf("MAP_CREATE", {
      map_type: 2,
      key_size: 4,
      value_size: 8,
      max_entries: 4,
      map_flags: 1024,
    })
    .bpf("PROG_LOAD", { prog_type: 1, insns: returning(0), insn_cnt: 2, license: "GPL" });

const TYPES = btf([
  { kind: "INT", name: "int", size: 4, encoding: 1 },
  {
    kind: "STRUCT",
    name: "pair",
    size: 8,
    members: [
      { name: "a", type: 1 },
      { name: "b", type: 1, offset: 32 },
    ],
  },
  { kind: "VAR", name: "v", type: 1, linkage: 1 },
  { kind: "DATASEC", name: ".bss", size: 4, vars: [{ type: 3, offset: 0, size: 4 }] },
  { kind: "ARRAY", type: 1, index: 1, nelems: 4 },
  { kind: "TYPEDEF", name: "word", type: 1 },
  { kind: "INT", name: "char", size: 1 },
]);

/** BTF, and a map that it describes. */
const typed: Scene = (m) =>
  m.bpf("BTF_LOAD", { btf: TYPES, btf_size: TYPES.length }).bpf("MAP_CREATE", {
    map_type: 1,
    key_size: 4,
    value_size: 8,
    max_entries: 4,
    map_flags: 64,
    btf_fd: 3,
    btf_key_type_id: 1,
    btf_value_type_id: 2,
  });

/** Directories and pins that root made, and some that everybody may use. */
const pinned: Scene = (m) =>
  furnished(m)
    .mkdir("/sys/fs/bpf/d", 0o755)
    .mkdir("/sys/fs/bpf/d/e", 0o777)
    .bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/a", bpf_fd: 3 })
    .bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/d/a", bpf_fd: 4 })
    .bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/b", bpf_fd: 5 });

/** The same, with a child that is nobody. */
const unprivileged: Scene = (m) => pinned(m).fork().as(1).setuid(65534);

/** The same, with a child that is root without its capabilities over files. */
const weakened: Scene = (m) =>
  pinned(m).symlink("/sys/fs/bpf/d", "/sys/fs/bpf/l").fork().as(1).capset([
    "CAP_BPF",
    "CAP_SETUID",
  ]);

const SCENES: readonly Scene[] = [
  nothing,
  typed,
  furnished,
  pinned,
  unprivileged,
  weakened,
];

/** The scene of a path, by its first choice. */
export function sceneFor(m: Machine, first: Choice | undefined): Machine {
  return first === undefined ? m : one(SCENES, first.task)(m).as(0);
}
