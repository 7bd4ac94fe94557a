import { Map as PMap } from "immutable";
import { MS_RDONLY, MS_RELATIME } from "../abi/constants.ts";
import { latin1 } from "../abi/memory.ts";
import { checkBtf } from "../btf/check.ts";
import { Vlog } from "../btf/vlog.ts";
import type { BpfBtf } from "../kernel/btfs.ts";
import { ROOT } from "../kernel/capabilities.ts";
import { type Config, DEFAULT_CONFIG, DEFAULT_SEEDS, type Seeds } from "../kernel/config.ts";
import { installFile, withTask } from "../kernel/fds.ts";
import { type IdTable, idTable, replace } from "../kernel/ids.ts";
import {
  type FileSystem,
  type Inode,
  type Mount,
  NO_DELEGATION,
  type Place,
  type Superblock,
} from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Radix } from "../kernel/radix.ts";
import { holdFile, holdPlace, openFile } from "../kernel/refs.ts";
import type { Limits } from "../kernel/task.ts";
import { INITIAL } from "../kernel/userns.ts";
import { atLeast, type Version, VERSIONS } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { vmlinuxOf } from "../versions/vmlinux.ts";

/** How a machine is booted: what it is like, and what it would decide by chance. */
export interface BootOptions {
  readonly config?: Partial<Config>;
  readonly seeds?: Partial<Seeds>;
  readonly limits?: Partial<Limits>;
  /** The kernel's own BTF, as /sys/kernel/btf/vmlinux has it; a small one is built in. */
  readonly vmlinux?: Uint8Array;
}

/** The file systems that are there at boot, in the order in which they were mounted. */
const ROOTFS = 0;
const SYSFS = 1;
const BPFFS = 2;
const TMPFS = 3;

const EMPTY = PMap<string, number>();

function dir(sb: number, mode: number, parent: number, names: Record<string, number>): Inode {
  const node = { kind: "dir", entries: EMPTY.merge(names), parent } as const;
  const nlink = 2 + Object.keys(names).length;
  return { node, mode, uid: 0, gid: 0, sb, nlink, opens: 0 };
}

/** `/`, read-only; `/sys/fs/bpf` with a bpffs mounted on it, and `/tmp` with a tmpfs. */
function fileSystem(bpfSource: string): FileSystem {
  const inodes: readonly Inode[] = [
    dir(ROOTFS, 0o755, 0, { sys: 1, tmp: 2 }),
    dir(ROOTFS, 0o755, 0, {}),
    dir(ROOTFS, 0o755, 0, {}),
    dir(SYSFS, 0o555, 3, { fs: 4 }),
    dir(SYSFS, 0o755, 3, { bpf: 5 }),
    dir(SYSFS, 0o555, 4, {}),
    dir(TMPFS, 0o1777, 6, {}),
    dir(BPFFS, 0o1777, 7, {}),
  ];
  const fresh = { readOnly: false, flags: 0, delegation: NO_DELEGATION, userns: 0, ns: 0 };
  const superblocks: readonly Superblock[] = [
    { ...fresh, type: "rootfs", root: 0 },
    { ...fresh, type: "sysfs", root: 3 },
    { ...fresh, type: "bpf", root: 7 },
    { ...fresh, type: "tmpfs", root: 6 },
  ];
  // A mount has the number of its superblock.
  const mounts: readonly Mount[] = [
    mounted(ROOTFS, 0, undefined, MS_RDONLY),
    mounted(SYSFS, 3, { mount: ROOTFS, inode: 1 }),
    { ...mounted(BPFFS, 7, { mount: SYSFS, inode: 5 }), source: bpfSource },
    mounted(TMPFS, 6, { mount: ROOTFS, inode: 2 }),
  ];
  const held = inodes.map((inode, number) =>
    mounts.some(({ root }) => root === number) ? { ...inode, opens: inode.opens + 1 } : inode
  );
  return {
    inodes: table(held),
    nextInode: inodes.length,
    superblocks: table(superblocks),
    nextSuperblock: superblocks.length,
    mounts: table(mounts),
    nextMount: mounts.length,
    namespaces: table([{ root: ROOTFS, userns: 0, tasks: 1 }]),
    nextNamespace: 1,
  };
}

function mounted(sb: number, root: number, on: Place | undefined, flags = 0): Mount {
  const source = "none";
  const attached = sb;
  return {
    sb,
    root,
    on,
    ns: 0,
    flags: flags | MS_RELATIME,
    source,
    locked: false,
    kept: undefined,
    attached,
    refs: 0,
  };
}

function table<V>(values: readonly V[]): Radix<V> {
  return values.reduce((made, value, i) => made.set(i, value), Radix.empty<V>());
}

/** The BTF that a caller gives; a kernel would not have come up with what BTF_LOAD refuses. */
function givenBtf(version: Version, data: string): string {
  const checked = checkBtf(version, data, new Vlog(false, "stop", 0, 0));
  if ("errno" in checked) {
    throw new RangeError(`vmlinux is no BTF of ${version}: ${checked.id}: ${checked.when}`);
  }
  return data;
}

/** From 6.1 on the kernel's own BTF is an object with an id. */
function ownBtf(version: Version, data: string, next: number): IdTable<BpfBtf> {
  const empty = idTable<BpfBtf>(next);
  if (!atLeast(version, "6.1")) return empty;
  return replace(empty, 1, { id: 1, data, kernel: true, name: "vmlinux", refs: 1 });
}

const STDIO = 3;

/**
 * A kernel with one task: number 0, root with every capability, descriptors 0, 1 and 2 open on
 * something that is no bpf object.
 */
export function bootKernel(version: Version, options: BootOptions = {}): Kernel {
  if (!VERSIONS.includes(version)) {
    throw new RangeError(`no such kernel: ${version} (there are ${VERSIONS.join(", ")})`);
  }
  const seeds = { ...DEFAULT_SEEDS, ...options.seeds };
  const vmlinux = options.vmlinux === undefined
    ? vmlinuxOf(version)
    : givenBtf(version, latin1(options.vmlinux));
  const config = { ...DEFAULT_CONFIG, ...options.config };
  const blank: Kernel = {
    version,
    config,
    seeds,
    tasks: Radix.empty(),
    files: Radix.empty(),
    nextFile: 0,
    maps: idTable(seeds.map_id),
    progs: idTable(seeds.prog_id),
    btfs: ownBtf(version, vmlinux, seeds.btf_id),
    vmlinux,
    links: idTable(seeds.link_id),
    congestion: config.tcp_congestion_control.map((name) => ({ name, map: undefined })),
    sockets: Radix.empty(),
    userns: table([INITIAL]),
    contexts: Radix.empty(),
    fs: fileSystem(has(version, DELTA.mount_source) ? "bpf" : "none"),
  };
  const cwd: Place = { mount: ROOTFS, inode: 0 };
  const first = withTask(holdPlace(blank, cwd), {
    number: 0,
    alive: true,
    cred: ROOT,
    fds: Radix.empty(),
    limits: { nofile: 1024, memlock: Infinity, ...options.limits },
    umask: 0o022,
    mappings: [],
    cwd,
    ns: 0,
    dumpable: true,
  });
  return withStdio(first);
}

function withStdio(k: Kernel): Kernel {
  const opened = openFile(k, { of: "other" });
  let now = installFile(opened.k, 0, opened.file, false).k;
  for (let fd = 1; fd < STDIO; fd++) {
    now = installFile(holdFile(now, opened.file), 0, opened.file, false).k;
  }
  return now;
}
