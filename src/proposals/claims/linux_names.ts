/** What persistent-maps-commit.txt claims about paths, arguments and what is on the file system. */
import type { AttrOf } from "../../abi/commands.ts";
import { btf } from "../../btf/encode.ts";
import { VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { search } from "../search.ts";
import { every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  A,
  B,
  did,
  get,
  loaded,
  LOADER,
  MAP,
  move,
  OTHER,
  pinned,
  PROG,
  VALUE,
  valueBehind,
} from "./linux_moves.ts";

const source = "persistent-maps-commit";
const ROOT = "/sys/fs/bpf";

/** Some paths, and the paths one name longer. */
function below(paths: readonly string[], names: string): readonly string[] {
  const longer = paths.flatMap((path) => Array.from(names, (name) => `${path}/${name}`));
  return Array.from(new Set([...paths, ...longer]));
}

/** Directories of every shape with at most three names on a path, and a map in each. */
function shapes(): readonly (readonly string[])[] {
  const all = below(below(below([""], "ab"), "ab"), "ab").filter((path) => path !== "");
  return all.map((path) => {
    const parts = path.split("/").slice(1);
    return parts.map((_, i) => "/" + parts.slice(0, i + 1).join("/"));
  });
}

function hierarchy(): Finding {
  return every(shapes(), (dirs) => {
    let m = loaded("6.18");
    for (const dir of dirs) m = m.mkdir(ROOT + dir);
    const path = `${ROOT}${dirs[dirs.length - 1]}/map`;
    const got = valueBehind(m.bpf("OBJ_PIN", { pathname: path, bpf_fd: 3 }).exit(), path);
    return got === VALUE[0] ? undefined : [...dirs.map((dir) => `mkdir ${dir}`), "no map there"];
  });
}

/** Two trees can be made one, and one can be moved into another. */
function rearranged(): Finding {
  const start = loaded("6.18").mkdir(`${ROOT}/x`).mkdir(`${ROOT}/y`)
    .bpf("OBJ_PIN", { pathname: `${ROOT}/x/map`, bpf_fd: 3 }).exit().as(OTHER);
  const places = ["/x", "/y", "/x/y", "/y/x", "/z"];
  const paths = below(below(below([""], "xyz"), "xyz"), "xyz");
  const moves = pairs(places, places).map(([from, to]) =>
    move(`rename ${from} ${to}`, (m) => m.rename(ROOT + from, ROOT + to))
  );
  return search(start, moves, 3, (m) => {
    const found = paths.filter((path) => did(get(m, `${ROOT}${path}/map`)));
    return found.length === 1 ? undefined : `the map is at ${found.length} places`;
  });
}

/** Any name that a file may have. */
const NAMES = ["map", "a b", "Ä", "-", "~", "map.v2", "a".repeat(255)];

function anyName(): Finding {
  return every(NAMES, (name) => {
    const made = loaded("6.18").bpf("OBJ_PIN", { pathname: `${ROOT}/${name}`, bpf_fd: 3 });
    return did(made) ? undefined : [`OBJ_PIN ${name}`, `refused: ${made.rule?.id}`];
  });
}

/** Where no bpffs is mounted there are no pins. */
function onlyThere(): Finding {
  const elsewhere = ["/tmp/m", "/m", "/sys/m", "/sys/fs/m"];
  return every(pairs(VERSIONS, elsewhere), ([version, pathname]) => {
    const start = loaded(version);
    const there = did(start.bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }));
    const here = did(start.bpf("OBJ_PIN", { pathname, bpf_fd: 3 }));
    return there && !here ? undefined : [version, `OBJ_PIN ${here ? pathname : A}`];
  });
}

type More = Omit<AttrOf<"OBJ_GET">, "pathname">;
const MORE: readonly More[] = [{ bpf_fd: 3 }, { bpf_fd: 1 }, { file_flags: 1 }, { path_fd: 3 }];

/** The path, and nothing else: what else there is in attr is refused. */
function pathOnly(): Finding {
  return every(pairs(VERSIONS, MORE), ([version, more]) => {
    const start = pinned(version);
    const plain = did(get(start, A));
    const other = did(start.bpf("OBJ_GET", { pathname: A, ...more }));
    return plain && !other ? undefined : [version, `OBJ_GET with ${Object.keys(more).join()}`];
  });
}

/** A descriptor and a path are enough; what can be added adds no right. */
function fdAndPath(): Finding {
  const fds = [0, 4, 99];
  return every(pairs(VERSIONS, fds), ([version, bpf_fd]) => {
    const start = loaded(version);
    const right = did(start.bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }));
    const wrong = did(start.bpf("OBJ_PIN", { pathname: A, bpf_fd }));
    return right && !wrong ? undefined : [version, `OBJ_PIN of descriptor ${wrong ? bpf_fd : 3}`];
  });
}

/** What there is on the file system: everything that a call can make. */
function onlyDirectoriesAndObjects(): Finding {
  const makes = [
    move("mkdir", (m: Machine) => m.as(LOADER).mkdir(B)),
    move("OBJ_PIN", (m: Machine) => m.as(LOADER).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 })),
    move("symlink", (m: Machine) => m.as(LOADER).symlink("a", `${ROOT}/l`)),
  ];
  return search(loaded("6.18"), makes, 2, (m) => {
    for (const { node } of m.kernel.fs.inodes.values()) {
      if (node.kind !== "dir" && node.kind !== "pin") return `there is a ${node.kind}`;
    }
    return undefined;
  });
}

/** Maps with types and without, and a program, each pinned at A. */
const PINNED = {
  "MAP_CREATE": (m: Machine) => m.bpf("MAP_CREATE", MAP).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }),
  "PROG_LOAD": (m: Machine) => m.bpf("PROG_LOAD", PROG).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }),
  "MAP_CREATE with types": (m: Machine) =>
    m.bpf("BTF_LOAD", { btf: TYPES, btf_size: TYPES.length })
      .bpf("MAP_CREATE", { ...MAP, btf_fd: 3, btf_key_type_id: 1, btf_value_type_id: 1 })
      .bpf("OBJ_PIN", { pathname: A, bpf_fd: 4 }),
} as const;

const TYPES = btf([{ kind: "INT", name: "int", size: 4, encoding: 1 }]);

/** Whether some access mode lets a node be opened, so that something could be read or written in it. */
function nothingToRead(kinds: readonly (keyof typeof PINNED)[]): Finding {
  const modes = [0, 1, 2];
  return every(pairs(VERSIONS, pairs(kinds, modes)), ([version, [kind, mode]]) => {
    const opened = PINNED[kind](boot(version)).open(A, mode);
    return did(opened) ? [version, kind, "OBJ_PIN", `open ${mode}`, "it opens"] : undefined;
  });
}

export const LINUX_NAMES_CLAIMS: readonly Claim[] = [
  {
    id: "persistent-maps-commit/user-hierarchy",
    source,
    says: "a user makes directories of any shape, and pins in them",
    verdict: "holds",
    check: hierarchy,
  },
  {
    id: "persistent-maps-commit/hierarchy-moves",
    source,
    says:
      "directories can be moved about with what is pinned in them, and nothing is lost or doubled",
    verdict: "holds",
    check: rearranged,
  },
  {
    id: "persistent-maps-commit/any-name",
    source,
    says: "a user gives a pin whatever name a file can have",
    verdict: "fails",
    check: anyName,
  },
  {
    id: "persistent-maps-commit/place",
    source,
    says: "pins are made below the mount point, /sys/fs/bpf by default, and nowhere else",
    verdict: "holds",
    check: onlyThere,
  },
  {
    id: "persistent-maps-commit/pin-by-descriptor-and-path",
    source,
    says: "OBJ_PIN needs a descriptor of the object and a path, and no more",
    verdict: "holds",
    check: fdAndPath,
  },
  {
    id: "persistent-maps-commit/get-by-path",
    source,
    says: "OBJ_GET needs the path alone",
    verdict: "holds",
    check: pathOnly,
  },
  {
    id: "persistent-maps-commit/minimal",
    source,
    says: "the file system holds directories and objects, and nothing else",
    verdict: "fails",
    check: onlyDirectoriesAndObjects,
  },
  {
    id: "persistent-maps-commit/no-reading",
    source,
    says: "a node is no more than a name: it cannot be opened, in no mode",
    verdict: "fails",
    check: () => nothingToRead(["MAP_CREATE", "PROG_LOAD", "MAP_CREATE with types"]),
  },
  {
    id: "persistent-maps-commit/no-reading-untyped",
    source,
    says: "a program's node, and that of a map of whose values no type tells, cannot be opened",
    verdict: "holds",
    check: () => nothingToRead(["MAP_CREATE", "PROG_LOAD"]),
  },
];
