/** What struct-ops-maps.txt claims of values, types and the steps of a registration. */
import { BPF_MAP_TYPE_STRUCT_OPS, BPF_PROG_TYPE_STRUCT_OPS } from "../../abi/constants.ts";
import { decodeInfo } from "../../abi/infos.ts";
import { assemble, insn, returning } from "../../abi/insn.ts";
import { u32 } from "../../abi/make.ts";
import { latin1, room } from "../../abi/memory.ts";
import { wordAt } from "../../abi/words.ts";
import { btf } from "../../btf/encode.ts";
import { type BtfType, type BtfTypes, named, parse, resolved } from "../../btf/types.ts";
import { isRegistered } from "../../kernel/registry.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import { boot } from "../../machine/machine.ts";
import { type Shape, structOps } from "../../maps/struct_ops/shape.ts";
import { STATE_AT } from "../../maps/struct_ops/state.ts";
import { memberIndex, structOpsValue } from "../../maps/struct_ops/value.ts";
import type { ModuleCall } from "../modules/calls.ts";
import { loadOps } from "../modules/load.ts";
import { MODULES } from "../modules/proposal.ts";
import { type M, STRUCT_OPS_MAP } from "../modules/ways.ts";
import { propose } from "../proposal.ts";
import { type Move, search } from "../search.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import { begin, FIRST, LOADER, MAP_FD, NAME, registered, taken, ZERO } from "./struct_ops_moves.ts";

const SOURCE = "struct-ops-maps";

const shapeOf = ({ kernel }: M): Shape => structOps(kernel, "tcp_congestion_ops")!;

type Member = { readonly name: string; readonly at: number; readonly type: BtfType };

/** The members of a value, the first of them opened where it is a struct (6.12 and later). */
function valueMembers({ kernel }: M): { readonly btf: BtfTypes; readonly members: Member[] } {
  const types = parse(kernel.vmlinux);
  const value = named(types, "STRUCT", "bpf_struct_ops_tcp_congestion_ops");
  const direct = value?.kind === "STRUCT" ? value.members : [];
  const members = direct.flatMap(({ name, type, bitOffset }) => {
    const inner = resolved(types, type);
    const opens = inner.kind === "STRUCT" && inner.name === "bpf_struct_ops_common_value";
    const listed = opens ? inner.members : [{ name, type, bitOffset: 0 }];
    return listed.map((each) => ({
      name: each.name,
      at: (bitOffset + each.bitOffset) / 8,
      type: resolved(types, each.type),
    }));
  });
  return { btf: types, members };
}

function wrapsTheStruct(version: Version): Contradiction {
  const m = begin(version);
  const told = valueMembers(m).members.map(({ name, at, type }) => `${name} ${at} ${type.name}`);
  const wanted = ["refcnt 0", `state ${STATE_AT}`, "data 64 tcp_congestion_ops"];
  const same = told.length === 3 && wanted.every((start, i) => told[i].startsWith(start));
  return same ? undefined : [`the kernel's BTF of ${version}`, told.join(", ")];
}

/** The states that the texts name, and the one before both. */
const STATES: readonly (readonly [name: string, make: (version: Version) => M])[] = [
  ["INIT", (version) => taken(STRUCT_OPS_MAP, begin(version), 2)],
  ["INUSE", registered],
  [
    "TOBEFREE",
    (version) => registered(version).bpf("MAP_DELETE_ELEM", { map_fd: MAP_FD, key: ZERO }),
  ],
];

/** A dump has the number; the kernel's BTF has the name for it. */
function stateHasName(
  [version, [name, make]]: readonly [Version, (typeof STATES)[number]],
): Contradiction {
  const m = make(version);
  const value = room(shapeOf(m).value_size);
  const { out } = m.bpf("MAP_LOOKUP_ELEM", { map_fd: MAP_FD, key: ZERO, value });
  const { type } = valueMembers(m).members.find((member) => member.name === "state")!;
  const state = BigInt(wordAt(latin1(out.value as Uint8Array), STATE_AT));
  const values = type.kind === "ENUM" ? type.values : [];
  const told = values.find((each) => each.value === state)?.name;
  return told === `BPF_STRUCT_OPS_STATE_${name}` ? undefined : [version, name, `told as ${told}`];
}

/** The four steps as they are told: no BTF of the loader's own is among them. */
function fourSteps(version: Version): Contradiction {
  const m = begin(version);
  const { value_size, value_id } = shapeOf(m);
  const made = m.bpf("MAP_CREATE", {
    map_type: BPF_MAP_TYPE_STRUCT_OPS,
    key_size: 4,
    value_size,
    max_entries: 1,
    btf_vmlinux_value_type_id: value_id,
  });
  if (made.result === FIRST + 3) return undefined;
  return [version, "PROG_LOAD of each function", "MAP_CREATE", `refused: ${made.rule?.id}`];
}

/** The descriptors of a kind that the loader has, in their order. */
function fdsOf(m: M, of: "prog" | "btf" | "map"): readonly number[] {
  return Array.from(m.kernel.tasks.get(LOADER)!.fds.entries())
    .filter(([, { file }]) => m.kernel.files.get(file)!.object.of === of)
    .map(([fd]) => fd).sort((a, b) => a - b);
}

/** The steps, each with whatever the loader has by then. */
const STEPS: readonly Move<ModuleCall>[] = [
  { name: "load", make: (m) => fdsOf(m, "prog").length > 0 ? undefined : loadOps(m) },
  { name: "types", make: (m) => STRUCT_OPS_MAP.steps[0](m, 0, NAME) },
  {
    name: "create",
    make: (m) => STRUCT_OPS_MAP.steps[1](m, (fdsOf(m, "btf")[0] ?? 99) - 3, NAME),
  },
  {
    name: "update",
    make: (m) => {
      const [ssthresh = 0, undo_cwnd = 0, cong_avoid = 0] = fdsOf(m, "prog");
      const map_fd = fdsOf(m, "map")[0] ?? 99;
      const value = structOpsValue(shapeOf(m), { name: NAME, ssthresh, undo_cwnd, cong_avoid });
      return m.bpf("MAP_UPDATE_ELEM", { map_fd, key: ZERO, value });
    },
  },
];

/** Which steps a run has gone through with success. */
function done(m: M): ReadonlySet<string> {
  const of = { prog: "PROG_LOAD", btf: "BTF_LOAD", map: "MAP_CREATE" } as const;
  const kinds = (["prog", "btf", "map"] as const).filter((kind) => fdsOf(m, kind).length > 0);
  return new Set(kinds.map((kind) => of[kind]));
}

/** Registered is what has gone through every step, and nothing else; in some order it is. */
function eachStepNeeded(): Finding {
  const start: M = propose(MODULES, "6.18").fork().as(LOADER);
  let isReached = false;
  const found = search(start, STEPS, 5, (m) => {
    if (!isRegistered(m.kernel, NAME)) return undefined;
    isReached = true;
    return done(m).size === 3 ? undefined : "it is registered with less";
  });
  if (isReached || !found.holds) return found;
  return {
    holds: false,
    cases: found.cases,
    counterexample: ["all steps", "nothing is registered"],
  };
}

/** The loader's own BTF is kept by the map, beside the kernel's type of the value. */
function userTypesKept(version: Version): Contradiction {
  const m = registered(version);
  const mine = m.kernel.btfs.table;
  const asked = m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: MAP_FD, info_len: 80, info: room(80) });
  const info = decodeInfo("bpf_map_info", latin1(asked.out.info as Uint8Array));
  const own = mine.get(info.btf_id);
  const isKept = own !== undefined && !own.kernel &&
    info.btf_vmlinux_value_type_id === shapeOf(m).value_id;
  return isKept ? undefined : ["MAP_CREATE", `info: btf_id ${info.btf_id} (${version})`];
}

const USED = ["name", "ssthresh", "undo_cwnd", "cong_avoid"];

function placesIn({ dataAt, slots }: Shape): string {
  return USED.map((name) => dataAt + slots.find((slot) => slot.name === name)!.offset).join();
}

/** A loader with the layout of another kernel than the one that runs. */
function needsItsLayout([running, other]: readonly [Version, Version]): Contradiction {
  const m = taken(STRUCT_OPS_MAP, begin(running), 2);
  const theirs = structOps(boot(other).kernel, "tcp_congestion_ops")!;
  const value = structOpsValue(theirs, {
    name: NAME,
    ssthresh: FIRST,
    undo_cwnd: FIRST + 1,
    cong_avoid: FIRST + 2,
  });
  const after = m.bpf("MAP_UPDATE_ELEM", { map_fd: MAP_FD, key: ZERO, value });
  const isSame = placesIn(theirs) === placesIn(shapeOf(m));
  if (isRegistered(after.kernel, NAME) === isSame) return undefined;
  return [running, `MAP_UPDATE_ELEM in the layout of ${other}`, isSame ? "refused" : "registered"];
}

/** SOCKET_FILTER, KPROBE, SCHED_CLS, TRACEPOINT, XDP, PERF_EVENT, CGROUP_SKB, STRUCT_OPS. */
const PROG_TYPES = [1, 2, 3, 5, 6, 7, 8, BPF_PROG_TYPE_STRUCT_OPS];

/** A program that loads the map, and the same with an array in its place. */
function noProgram([version, prog_type]: readonly [Version, number]): Contradiction {
  const m = registered(version)
    .bpf("MAP_CREATE", { map_type: 2, key_size: 4, value_size: 4, max_entries: 1 });
  const ops = prog_type === BPF_PROG_TYPE_STRUCT_OPS;
  const target = ops
    ? {
      attach_btf_id: shapeOf(m).type_id,
      expected_attach_type: memberIndex(shapeOf(m), "ssthresh"),
    }
    : {};
  const load = (map_fd: number) =>
    m.bpf("PROG_LOAD", {
      prog_type,
      insns: assemble(insn(0x18, 1, 1, 0, map_fd), insn(0, 0, 0, 0, 0), returning(0)),
      insn_cnt: 4,
      license: "GPL",
      ...target,
    }, { verdict: "accept" });
  const isTaken = typeof load(Number(m.result)).result === "number";
  const isRefused = load(MAP_FD).rule?.id === "PROG_LOAD/struct_ops_map";
  if (isTaken && isRefused) return undefined;
  return [version, `PROG_LOAD of type ${prog_type}`, isTaken ? "it is loaded" : "no map is taken"];
}

const TYPES = btf([
  { kind: "INT", name: "unsigned int", size: 4 },
  { kind: "ARRAY", type: 1, index: 1, nelems: 3 },
  {
    kind: "STRUCT",
    name: "pair",
    size: 8,
    members: [
      { name: "a", type: 1 },
      { name: "b", type: 1, offset: 32 },
    ],
  },
  {
    kind: "UNION",
    name: "either",
    size: 8,
    members: [{ name: "a", type: 1 }, { name: "p", type: 3 }],
  },
]);
const BLOBS = [[1, 4], [2, 12], [3, 8], [4, 8]] as const;

/** A stranger who knows nothing but that there are ids: bytes, and the types that describe them. */
function blobWithTypes(
  [version, [type, size]]: readonly [Version, (typeof BLOBS)[number]],
): Contradiction {
  const bytes = Uint8Array.from({ length: size }, (_, i) => i + 1);
  const made = boot(version).fork().as(LOADER)
    .bpf("BTF_LOAD", { btf: TYPES, btf_size: TYPES.length })
    .bpf("MAP_CREATE", {
      map_type: 2,
      key_size: 4,
      value_size: size,
      max_entries: 1,
      btf_fd: 3,
      btf_key_type_id: 1,
      btf_value_type_id: type,
    })
    .bpf("MAP_UPDATE_ELEM", { map_fd: 4, key: u32(0), value: bytes })
    .close(3).as(0);
  const got = made.bpf("MAP_GET_FD_BY_ID", { map_id: made.mapIds[0] });
  const read = got.bpf("MAP_LOOKUP_ELEM", { map_fd: 3, key: u32(0), value: room(size) });
  const asked = got.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: 3, info_len: 80, info: room(80) });
  const info = decodeInfo("bpf_map_info", latin1(asked.out.info as Uint8Array));
  const types = got.bpf("BTF_GET_FD_BY_ID", { btf_id: info.btf_id });
  const isAll = String(read.out.value) === String(bytes) && info.btf_value_type_id === type &&
    types.result === 4;
  return isAll ? undefined : [version, "MAP_CREATE", `a value of type ${type} is not described`];
}

export const STRUCT_OPS_VALUES_CLAIMS: readonly Claim[] = [
  {
    id: `${SOURCE}/value-wraps-the-struct`,
    source: SOURCE,
    says: "the value is the kernel's struct inside another, behind a count and a state",
    verdict: "holds",
    check: () => every(VERSIONS, wrapsTheStruct),
  },
  {
    id: `${SOURCE}/states-have-names`,
    source: SOURCE,
    says: "a dump can show the state by its name, from the kernel's types",
    verdict: "holds",
    check: () => every(pairs(VERSIONS, STATES), stateHasName),
  },
  {
    id: `${SOURCE}/four-steps`,
    source: SOURCE,
    says: "to load the programs, create the map, fill a value in and update is all it takes",
    verdict: "fails",
    check: () => every(VERSIONS, fourSteps),
  },
  {
    id: `${SOURCE}/each-step-needed`,
    source: SOURCE,
    says: "nothing is registered that has not gone through all of the steps",
    verdict: "holds",
    check: eachStepNeeded,
  },
  {
    id: `${SOURCE}/layout-of-the-running-kernel`,
    source: SOURCE,
    says: "the value is laid out as the running kernel's BTF says: by another layout it is refused",
    verdict: "holds",
    check: () => every(pairs(VERSIONS, VERSIONS), needsItsLayout),
  },
  {
    id: `${SOURCE}/user-types-kept`,
    source: SOURCE,
    says: "beside the kernel's type of the value the map can keep BTF of the user's own",
    verdict: "holds",
    check: () => every(VERSIONS, userTypesKept),
  },
  {
    id: `${SOURCE}/no-program-uses-it`,
    source: SOURCE,
    says: "no program can use such a map",
    verdict: "holds",
    check: () => every(pairs(VERSIONS, PROG_TYPES), noProgram),
  },
  {
    id: `${SOURCE}/map-is-a-described-blob`,
    source: SOURCE,
    says: "a map holds any blob that BTF describes, and whoever finds it finds the description",
    verdict: "holds",
    check: () => every(pairs(VERSIONS, BLOBS), blobWithTypes),
  },
];
