/** Where a path may start: states in which much can happen that is far from boot. */
import { CLONE_NEWNS, CLONE_NEWUSER, type Machine, MS_BIND, returning, u32 } from "bpfspec";
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

/** Several mounts of several bpffs, and a child in a mount namespace of its own. */
const mounted: Scene = (m) =>
  pinned(m).mkdir("/tmp/t", 0o755).mkdir("/tmp/u", 0o755)
    .mount("/sys/fs/bpf", "/tmp/t", 0, MS_BIND)
    .mount("bpf", "/sys/fs/bpf/d/e", "bpf")
    .bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/d/e/a", bpf_fd: 3 })
    .fork().as(1).unshare(CLONE_NEWNS);

/** A child that has no privilege but in a user namespace of its own, and may share descriptors. */
const inUserNamespace: Scene = (m) =>
  m.socketpair().bpf("MAP_CREATE", { map_type: 2, key_size: 4, value_size: 4, max_entries: 2 })
    .fork().as(1).unshare(CLONE_NEWUSER | CLONE_NEWNS).mkdir("/tmp/t").fsopen("bpf").send(3, [6])
    .as(0).recv(4);

const SCENES: readonly Scene[] = [
  inUserNamespace,
  nothing,
  nothing,
  furnished,
  pinned,
  unprivileged,
  unprivileged,
  weakened,
  weakened,
  mounted,
];

/** The scene of a path, by its first choice. */
export function sceneFor(m: Machine, first: Choice | undefined): Machine {
  return first === undefined ? m : one(SCENES, first.task)(m).as(0);
}
