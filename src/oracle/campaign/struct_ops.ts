/** Calls on struct_ops maps and their links, drawn. */
import {
  type AttrOf,
  BPF_F_LINK,
  BPF_F_REPLACE,
  BPF_MAP_TYPE_STRUCT_OPS,
  BPF_PROG_TYPE_STRUCT_OPS,
  BPF_STRUCT_OPS,
  btf,
  type Call,
  type Machine,
  memberIndex,
  returning,
  room,
  type StructOps,
  structOps,
  structOpsValue,
  u32,
} from "bpfspec";
import type { Choice } from "./choices.ts";
import { bpf } from "./make.ts";
import { isWrong, one, wrongPlace } from "./pools.ts";
import { fdOf, fdsOf, someFd } from "./state.ts";

const TYPES = btf([{ kind: "INT", name: "int", size: 4, encoding: 1 }]);

/** The struct of congestion control, or where the kernel has it the dummy. */
function struct(m: Machine, drawn = 0): StructOps {
  const dummy = drawn % 5 === 4 ? structOps(m.kernel, "bpf_dummy_ops") : undefined;
  return dummy ?? structOps(m.kernel, "tcp_congestion_ops")!;
}

const FUNCTIONS = ["ssthresh", "cong_avoid", "undo_cwnd", "cong_control", "init", "release"];

function load(m: Machine, member: string): AttrOf<"PROG_LOAD"> {
  return {
    prog_type: BPF_PROG_TYPE_STRUCT_OPS,
    insns: returning(0),
    insn_cnt: 2,
    license: "GPL",
    attach_btf_id: struct(m).type_id,
    expected_attach_type: memberIndex(struct(m), member),
  };
}

function create(m: Machine, { a, b, d }: Choice): AttrOf<"MAP_CREATE"> {
  const shape = struct(m, d);
  return {
    map_type: BPF_MAP_TYPE_STRUCT_OPS,
    key_size: 4,
    value_size: shape.value_size,
    max_entries: 1,
    map_flags: m.kernel.version === "5.10" || m.kernel.version === "6.1"
      ? one([0, 0, 0, 0, 0, BPF_F_LINK], a)
      : one([0, BPF_F_LINK], a),
    btf_fd: fdOf(m, "btf", b) ?? 3,
    btf_vmlinux_value_type_id: shape.value_id,
  };
}

/** BTF, the three programs that an algorithm must have, and a map of each way. */
export function registering(m: Machine): Machine {
  let now = m.bpf("BTF_LOAD", { btf: TYPES, btf_size: TYPES.length });
  for (const member of FUNCTIONS.slice(0, 3)) now = now.bpf("PROG_LOAD", load(now, member));
  const choice = { op: 0, task: 0, a: 0, b: 0, c: 0, d: 0, wrong: 1 };
  now = now.bpf("MAP_CREATE", create(now, choice));
  return now.bpf("MAP_CREATE", create(now, { ...choice, a: 1 }));
}

/** The descriptors of programs by the member that they are for. */
function programs(m: Machine): Readonly<Record<string, number>> {
  const task = m.kernel.tasks.get(m.task)!;
  const { slots } = struct(m);
  return Object.fromEntries(
    fdsOf(m, "prog").flatMap((fd) => {
      const { object } = m.kernel.files.get(task.fds.get(fd)!.file)!;
      const prog = object.of === "prog" ? m.kernel.progs.table.get(object.id) : undefined;
      if (prog?.prog_type !== BPF_PROG_TYPE_STRUCT_OPS) return [];
      return [[slots[prog.expected_attach_type].name, fd]];
    }),
  );
}

const NAMES = ["bpf_a", "bpf_b", "bpf_a", "cubic", "fifteen_letters"];

function value(m: Machine, choice: Choice): Uint8Array {
  const { a, b, c } = choice;
  const shape = struct(m);
  const right = { ...programs(m), name: one(NAMES, a) };
  if (!isWrong(choice)) return structOpsValue(shape, { ...right, flags: b % 4 });
  const member = one(shape.slots, b).name;
  const wrong = [
    { ...right, name: one(["", "a b", "sixteen_letters_"], b) },
    { ...right, flags: one([4, 8, 16, 31, 32, 64], b) },
    { ...right, [member]: one([1, 3, 4, 5, 99, 0], c) },
    { ...right, owner: 1 },
    { ...right, owner: 1, [member]: 99 },
    { ...right, key: 1 },
    { name: right.name },
  ];
  if (c % 4 !== 0) return structOpsValue(shape, wrong[wrongPlace(choice, wrong.length)]);
  const bytes = structOpsValue(shape, right);
  bytes[(a + b) % bytes.length] = 1;
  return bytes;
}

/** The descriptors of struct_ops maps. */
function ownMaps(m: Machine): readonly number[] {
  const task = m.kernel.tasks.get(m.task)!;
  return fdsOf(m, "map").filter((fd) => {
    const { object } = m.kernel.files.get(task.fds.get(fd)!.file)!;
    return object.of === "map" &&
      m.kernel.maps.table.get(object.id)?.spec.map_type === BPF_MAP_TYPE_STRUCT_OPS;
  });
}

/** One call of a struct_ops map's life. */
export function structOpsCall(m: Machine, choice: Choice): Call {
  const { a, b, c, d } = choice;
  const maps = ownMaps(m);
  const map_fd = isWrong(choice) && d % 3 === 0 || maps.length === 0 ? someFd(m, a) : one(maps, a);
  const link_fd = fdOf(m, "link", b) ?? someFd(m, b);
  const key = u32(d % 7 === 6 ? 1 : 0);
  switch (choice.c % 16) {
    case 0:
    case 1:
      return bpf("MAP_CREATE", create(m, choice));
    case 2:
      return bpf("PROG_LOAD", load(m, one(FUNCTIONS, a)));
    case 3:
      return bpf("PROG_LOAD", oddly(m, choice));
    case 4:
    case 5:
    case 6:
    case 7: {
      const flags = d % 11 === 10 ? 1 : 0;
      return bpf("MAP_UPDATE_ELEM", { map_fd, key, value: value(m, { ...choice, c: a }), flags });
    }
    case 8:
      return bpf("MAP_DELETE_ELEM", { map_fd, key });
    case 9:
    case 10:
      return bpf("MAP_LOOKUP_ELEM", { map_fd, key, value: room(one([256, 256, 128, 300], d)) });
    case 11:
    case 12:
      return bpf("LINK_CREATE", { map_fd, attach_type: d % 9 === 8 ? 0 : BPF_STRUCT_OPS });
    case 13: {
      const old = d % 3 === 0 ? { old_map_fd: one([...maps, 99], d), flags: BPF_F_REPLACE } : {};
      return bpf("LINK_UPDATE", { link_fd, new_map_fd: map_fd, ...old });
    }
    case 14:
      return bpf("LINK_DETACH", { link_fd });
    default:
      return c % 32 < 16 ? { op: "close", fd: link_fd } : info(a % 2 === 0 ? link_fd : map_fd);
  }
}

function info(bpf_fd: number): Call {
  return bpf("OBJ_GET_INFO_BY_FD", { bpf_fd, info_len: 64, info: new Uint8Array(64) });
}

/** What PROG_LOAD may refuse of a program for `ssthresh`. */
function oddly(m: Machine, { a, b, d }: Choice): AttrOf<"PROG_LOAD"> {
  return {
    ...load(m, "ssthresh"),
    expected_attach_type: a % 20,
    license: one(["GPL", "GPL", "MIT"], b),
    attach_btf_id: d % 6 === 5 ? struct(m).value_id : struct(m, b).type_id,
  };
}
