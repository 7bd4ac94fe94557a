/** What the texts claim about mounts of the file system: one, many, and whose. */
import { CLONE_NEWNS, CLONE_NEWUSER, FSCONFIG_CMD_CREATE, MS_BIND } from "../../abi/mount_flags.ts";
import { CAPABILITIES, type Capability } from "../../kernel/capabilities.ts";
import { VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { type Move, search } from "../search.ts";
import { after, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import { did, get, KEY, MAP, move, USER, VALUE, valueAt } from "./linux_moves.ts";

const FS = "/sys/fs/bpf";
const HOME = `${FS}/m`;
const AWAY = "/tmp/a/m";

/** Linux 4.4: one instance for each mount namespace. No kernel here is so. */
const THEN = { config: { bpffs_singleton: true } } as const;

type Options = Parameters<typeof boot>[1];

/** A map at descriptor 3 with one element, and a directory to mount on. */
function start(options: Options = {}, version: (typeof VERSIONS)[number] = "6.18"): Machine {
  return boot(version, options).mkdir("/tmp/a").bpf("MAP_CREATE", MAP)
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: KEY, value: VALUE });
}

function mounted(m: Machine, path: string): Machine {
  return m.mount("bpf", path, "bpf");
}

/** Whether the map can be come by under a name. */
function leads(m: Machine, path: string): boolean {
  const got = get(m, path);
  return did(got) && valueAt(got, got.result as number) === VALUE[0];
}

const PINS: readonly Move[] = [
  move("pin at /sys/fs/bpf", (m) => m.bpf("OBJ_PIN", { pathname: HOME, bpf_fd: 3 })),
  move("pin at /tmp/a", (m) => m.bpf("OBJ_PIN", { pathname: AWAY, bpf_fd: 3 })),
  move("unlink at /sys/fs/bpf", (m) => m.unlink(HOME)),
  move("unlink at /tmp/a", (m) => m.unlink(AWAY)),
];
const MOUNT = move("mount at /tmp/a", (m) => mounted(m, "/tmp/a"));
const UMOUNT = move("umount /tmp/a", (m) => m.umount("/tmp/a"));
const UMOUNT_HOME = move("umount /sys/fs/bpf", (m) => m.umount(FS));
const CLOSE = move("close", (m) => m.close(3));

/** Both places show one file system, as far as names tell. */
function showsOne(options: Options): Finding {
  return search(
    mounted(start(options), "/tmp/a"),
    PINS,
    4,
    (m) =>
      leads(m, HOME) === leads(m, AWAY)
        ? undefined
        : `the map is at ${leads(m, HOME) ? HOME : AWAY} and not at the other`,
  );
}

/** Another mount namespace, and what is to be seen of this one's pins. */
function apart(options: Options, fresh: boolean): Finding {
  const begin = start(options).fork().as(1).unshare(CLONE_NEWNS);
  const other = fresh ? mounted(begin, "/tmp/a") : begin;
  const path = fresh ? AWAY : HOME;
  const pins = [
    move("pin in the first", (m) => m.as(0).bpf("OBJ_PIN", { pathname: HOME, bpf_fd: 3 })),
    move("unlink in the first", (m) => m.as(0).unlink(HOME)),
  ];
  const named = fresh ? "unshare and mount" : "unshare";
  const found = search(
    other,
    pins,
    3,
    (m) => leads(m.as(1), path) ? `the other namespace has it at ${path}` : undefined,
  );
  return found.holds ? found : { ...found, counterexample: [named, ...found.counterexample] };
}

const ALL = [MOUNT, UMOUNT, UMOUNT_HOME, ...PINS, CLOSE];

/** Names in several instances: each leads to the map, and with the last of them it goes. */
function eachStands(options: Options): Finding {
  return search(start(options), ALL, 5, (m) => {
    const fd = valueAt(m, 3) === VALUE[0];
    const named = [HOME, AWAY].some((path) => did(get(m, path)));
    const wrong = [HOME, AWAY].find((path) => did(get(m, path)) && !leads(m, path));
    if (wrong !== undefined) return `${wrong} leads to something else`;
    const there = m.mapIds.length > 0;
    if (there && !named && !fd && !hidden(m)) return "nothing leads to the map, and it is there";
    return there || !(named || fd) ? undefined : "a name or a descriptor leads to nothing";
  });
}

/** Whether a mount hides a pin: that holds, and is not to be come by. */
function hidden(m: Machine): boolean {
  for (const { node } of m.kernel.fs.inodes.values()) if (node.kind === "pin") return true;
  return false;
}

/** The danger, if it is one: what happens to the second name when the first one's mount goes. */
function mountsHurt(): Finding {
  const both = mounted(start(), "/tmp/a").bpf("OBJ_PIN", { pathname: HOME, bpf_fd: 3 })
    .bpf("OBJ_PIN", { pathname: AWAY, bpf_fd: 3 }).close(3);
  const found = search(both, [UMOUNT, UMOUNT_HOME], 1, (m) => {
    const last = m.trail[m.trail.length - 1].call;
    if (last.op !== "umount") return undefined;
    const other = last.path === FS ? AWAY : HOME;
    return leads(m, other) ? `${other} leads to the map as before` : undefined;
  });
  return after(["mount at /tmp/a", "pin at /sys/fs/bpf", "pin at /tmp/a", "close"], found);
}

/** An administrator lists what is at the well-known place. */
function listedAtHome(options: Options): Finding {
  return search(start(options), [MOUNT, ...PINS.slice(0, 2)], 3, (m) => {
    const somewhere = [HOME, AWAY].some((path) => leads(m, path));
    return somewhere && !leads(m, HOME) ? "it has a name, and none at /sys/fs/bpf" : undefined;
  });
}

/** A process looks at the well-known place for what was pinned there. */
function foundAtHome(): Finding {
  const begin = start().bpf("OBJ_PIN", { pathname: HOME, bpf_fd: 3 }).fork().as(1);
  const moves = [
    move("unshare", (m) => m.unshare(CLONE_NEWNS)),
    move("mount at /sys/fs/bpf", (m) => mounted(m, FS)),
  ];
  return search(
    begin,
    moves,
    2,
    (m) =>
      leads(m.as(1), HOME) ? undefined : "nothing is found at /sys/fs/bpf that was pinned there",
  );
}

/** Each capability alone: who may mount. */
function onlySysAdmin(): Finding {
  const names = Object.keys(CAPABILITIES) as Capability[];
  return every(pairs(VERSIONS, names), ([version, name]) => {
    const may = did(mounted(start({}, version).capset([name]), "/tmp/a"));
    const should = name === "CAP_SYS_ADMIN";
    return may === should ? undefined : [version, name, may ? "it is mounted" : "it is refused"];
  });
}

/** Whatever a user without privilege tries where root has pinned a map. */
function tried(wrong: (m: Machine, begin: Machine) => string | undefined): Finding {
  return every(VERSIONS, (version) => {
    const begin = start({}, version).bpf("OBJ_PIN", { pathname: HOME, bpf_fd: 3 })
      .chmod("/tmp/a", 0o777).setuid(USER);
    const found = search(begin, TRICKS, 3, (m) => wrong(m, begin));
    return found.holds
      ? undefined
      : [version, "pin at /sys/fs/bpf", `setuid ${USER}`, ...found.counterexample];
  });
}

/** The user may not get the map; but that its name is taken, he is told. */
function showsPin(m: Machine): string | undefined {
  return m.mkdir(AWAY).rule?.errno === "EEXIST" ? "/tmp/a shows the pin" : undefined;
}

function instances(m: Machine): number {
  let count = 0;
  for (const { type } of m.kernel.fs.superblocks.values()) if (type === "bpf") count++;
  return count;
}

const TRICKS: readonly Move[] = [
  MOUNT,
  move("unshare the mount namespace", (m) => m.unshare(CLONE_NEWNS)),
  move("unshare a user namespace", (m) => m.unshare(CLONE_NEWUSER | CLONE_NEWNS)),
  move("bind /sys/fs/bpf to /tmp/a", (m) => m.mount(FS, "/tmp/a", 0, MS_BIND)),
  move("mount at /sys/fs/bpf", (m) => mounted(m, FS)),
];

/** A user's own namespace, where the user takes every step but the one that root is asked for. */
const ROAD: readonly Move[] = [
  move("unshare a user namespace", (m) => m.as(1).unshare(CLONE_NEWUSER | CLONE_NEWNS)),
  move("fsopen", (m) => m.as(1).fsopen("bpf")),
  move("send it to root", (m) => m.as(1).send(3, [5])),
  move("root receives it", (m) => m.as(0).recv(4)),
  move("root creates the instance", (m) => m.as(0).fsconfig(5, FSCONFIG_CMD_CREATE)),
  move("fsmount", (m) => m.as(1).fsmount(5)),
  move("move_mount to /tmp/a", (m) => m.as(1).moveMount(6, "/tmp/a")),
];

/** Whether somebody who is not root mounts an instance, with whatever help. */
function rootAlone(): Finding {
  return every(VERSIONS, (version) => {
    let m: Machine | undefined = start({}, version).close(3).socketpair().fork().as(1).setuid(USER);
    for (const { make } of ROAD) m = m === undefined ? undefined : make(m);
    if (m === undefined) return undefined;
    const lines = m.as(1).mounts().lines.filter((line) => line.includes(" /tmp/a bpf "));
    if (lines.length === 0) return undefined;
    return [version, `setuid ${USER}`, ...ROAD.map(({ name }) => name), "the user has mounted it"];
  });
}

export const LINUX_MOUNTS_CLAIMS: readonly Claim[] = [
  {
    id: "persistent-maps-commit/one-instance",
    source: "persistent-maps-commit",
    says: "later mounts in a namespace show the same instance, as Linux 4.4 had it",
    verdict: "holds",
    check: () => showsOne(THEN),
  },
  {
    id: "persistent-maps-commit/one-instance-today",
    source: "persistent-maps-commit",
    says: "later mounts in a namespace show the same instance, on the kernels of today",
    verdict: "fails",
    check: () => after(["mount at /tmp/a"], showsOne({})),
  },
  {
    id: "persistent-maps-commit/instance-per-namespace",
    source: "persistent-maps-commit",
    says:
      "what is mounted in another mount namespace does not show this one's pins, as Linux 4.4 had it",
    verdict: "holds",
    check: () => apart(THEN, true),
  },
  {
    id: "persistent-maps-commit/namespaces-apart",
    source: "persistent-maps-commit",
    says: "another mount namespace does not see this one's pins, as Linux 4.4 had it",
    verdict: "fails",
    check: () => apart(THEN, false),
  },
  {
    id: "file-system-or-devices/many-mounts-hurt",
    source: "file-system-or-devices",
    says:
      "it is dangerous to pin one object in several mounted file systems: one of them that goes takes it away",
    verdict: "fails",
    check: mountsHurt,
  },
  {
    id: "file-system-or-devices/many-mounts-hold",
    source: "file-system-or-devices",
    says:
      "pins in several file systems hold the object each on its own, and let go of it with the last",
    verdict: "holds",
    check: () => eachStands({}),
  },
  {
    id: "file-system-or-devices/many-mounts-hide",
    source: "file-system-or-devices",
    says: "with many mounts an administrator finds all pins at the one standard place",
    verdict: "fails",
    check: () => listedAtHome({}),
  },
  {
    id: "file-system-or-devices/single-mount-shows-all",
    source: "file-system-or-devices",
    says: "with a single instance all pins are found at the one standard place",
    verdict: "holds",
    check: () => listedAtHome(THEN),
  },
  {
    id: "file-system-or-devices/single-loses-mounts",
    source: "file-system-or-devices",
    says:
      "with a single instance nobody in a namespace has a mount of his own, with names of his own",
    verdict: "holds",
    check: () => showsOne(THEN),
  },
  {
    id: "file-system-or-devices/standard-place-answers",
    source: "file-system-or-devices",
    says: "a standard location is where every process finds what was pinned there",
    verdict: "fails",
    check: () => after(["pin at /sys/fs/bpf", "fork"], foundAtHome()),
  },
  {
    id: "file-system-or-devices/root-mounts",
    source: "file-system-or-devices",
    says: "of the capabilities CAP_SYS_ADMIN alone lets mount the file system",
    verdict: "holds",
    check: onlySysAdmin,
  },
  {
    id: "file-system-or-devices/root-alone-mounts",
    source: "file-system-or-devices",
    says: "mounting is for root alone",
    verdict: "fails",
    check: rootAlone,
  },
  {
    id: "file-system-or-devices/users-make-no-instance",
    source: "file-system-or-devices",
    says: "by himself a user without privilege makes no instance, user namespaces or not",
    verdict: "holds",
    check: () =>
      tried((m, begin) => instances(m) > instances(begin) ? "a new instance is there" : undefined),
  },
  {
    id: "file-system-or-devices/users-mount-nothing",
    source: "file-system-or-devices",
    says: "a user without privilege mounts no file system with pins anywhere",
    verdict: "fails",
    check: () => tried(showsPin),
  },
];
