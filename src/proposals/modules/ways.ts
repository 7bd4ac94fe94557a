/**
 * Three ways to give the kernel a congestion control that programs implement: a module, a struct_ops
 * map, and a struct_ops map with a link, which can be pinned. All run on one machine, with the same sockets.
 */
import { BPF_F_LINK, BPF_MAP_TYPE_STRUCT_OPS, BPF_STRUCT_OPS } from "../../abi/constants.ts";
import { u32 } from "../../abi/make.ts";
import { latin1, room } from "../../abi/memory.ts";
import { btf } from "../../btf/encode.ts";
import type { Machine } from "../../machine/machine.ts";
import { type Shape, structOps } from "../../maps/struct_ops/shape.ts";
import { nameIn } from "../../maps/struct_ops/tcp.ts";
import { structOpsValue } from "../../maps/struct_ops/value.ts";
import { fdOf } from "../designs/design.ts";
import { proposedOf } from "../proposal.ts";
import { BPF_F_MODULE_DEFER, type ModuleCall } from "./calls.ts";
import { MODULES } from "./proposal.ts";

export type M = Machine<ModuleCall>;

/** What a search came to: the machine after it, and a handle if it was found. */
export interface Search {
  readonly m: M;
  /** The name of a module; a descriptor of a map or link. */
  readonly handle: string | number | undefined;
}

export interface Way {
  readonly id: string;
  /** Commands of bpf(2) that it has beside those of maps and programs. */
  readonly added: readonly string[];
  /** Kinds of object, or types of one, that it needs. */
  readonly kinds: readonly string[];
  /** The steps after the programs are loaded, at descriptors from `fd` on: the last one registers. */
  readonly steps: readonly ((m: M, fd: number, name: string) => M)[];
  /** Somebody who knows the name alone looks for it. */
  search(m: M, name: string): Search;
  /** Takes it away, by what the search found; `wait` where users are to be waited for. */
  remove(m: M, name: string, handle: string | number, wait: boolean): M;
  /** Where its name is, if that is a file. */
  path?(name: string): string;
}

function shapeOf({ kernel }: M): Shape {
  return structOps(kernel, "tcp_congestion_ops")!;
}

const MODULE: Way = {
  id: "module",
  added: MODULES.added,
  kinds: ["an object: module"],
  steps: [
    (m, first, name) =>
      m.call({
        op: "MODULE_REGISTER",
        name,
        ops: "tcp_congestion_ops",
        progs: { ssthresh: first, undo_cwnd: first + 1, cong_avoid: first + 2 },
      }),
  ],
  // The name is enough to remove it; whether it is there is asked of the machine, not of a call.
  search: (m, name) => {
    const all = Array.from(proposedOf(MODULES, m).modules.table.values());
    return { m, handle: all.some((each) => each.name === name) ? name : undefined };
  },
  remove: (m, name, _, wait) =>
    m.call({
      op: "MODULE_UNREGISTER",
      name,
      flags: wait ? BPF_F_MODULE_DEFER : 0,
    }),
};

/** MAP_CREATE wants BTF of the caller's own beside the kernel's type, whatever is in it. */
const SOME_BTF = btf([{ kind: "INT", name: "int", size: 4, encoding: 1 }]);

/** A struct_ops map of the programs, filled: registered thereby, or ready for a link. */
function mapSteps(map_flags: number): Way["steps"] {
  return [
    (m) => m.bpf("BTF_LOAD", { btf: SOME_BTF, btf_size: SOME_BTF.length }),
    (m, first) =>
      m.bpf("MAP_CREATE", {
        map_type: BPF_MAP_TYPE_STRUCT_OPS,
        key_size: 4,
        value_size: shapeOf(m).value_size,
        max_entries: 1,
        btf_vmlinux_value_type_id: shapeOf(m).value_id,
        map_flags,
        btf_fd: first + 3,
      }),
    (m, first, name) =>
      m.bpf("MAP_UPDATE_ELEM", {
        map_fd: first + 4,
        key: u32(0),
        value: structOpsValue(shapeOf(m), {
          name,
          ssthresh: first,
          undo_cwnd: first + 1,
          cong_avoid: first + 2,
        }),
      }),
  ];
}

/** Goes through the ids of maps until one is a struct_ops map whose value has the name. */
function searchMaps(machine: M, name: string): Search {
  let m = machine;
  for (let start_id = 0;;) {
    m = m.bpf("MAP_GET_NEXT_ID", { start_id });
    if (m.result !== 0) return { m, handle: undefined };
    start_id = m.out.next_id as number;
    m = m.bpf("MAP_GET_FD_BY_ID", { map_id: start_id });
    const map_fd = fdOf(m);
    m = m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: map_fd, info_len: 80, info: room(80) });
    const info = m.out.info;
    const isOps = info instanceof Uint8Array && info[0] === BPF_MAP_TYPE_STRUCT_OPS;
    if (isOps) {
      const value = room(shapeOf(m).value_size);
      m = m.bpf("MAP_LOOKUP_ELEM", { map_fd, key: u32(0), value });
      const bytes = m.out.value;
      if (bytes instanceof Uint8Array && nameIn(shapeOf(m), latin1(bytes)) === name) {
        return { m, handle: map_fd };
      }
    }
    m = m.close(map_fd);
  }
}

export const STRUCT_OPS_MAP: Way = {
  id: "struct_ops map",
  added: [],
  kinds: ["a type of map"],
  steps: mapSteps(0),
  search: searchMaps,
  remove: (m, _, handle) => m.bpf("MAP_DELETE_ELEM", { map_fd: Number(handle), key: u32(0) }),
};

/** The id of the map of a link, from its info. */
const LINK_MAP_ID_AT = 16;

/** Goes through the ids of links; the map of each is found by its id, and has the name. */
function searchLinks(machine: M, name: string): Search {
  let m = machine;
  for (let start_id = 0;;) {
    m = m.bpf("LINK_GET_NEXT_ID", { start_id });
    if (m.result !== 0) return { m, handle: undefined };
    start_id = m.out.next_id as number;
    m = m.bpf("LINK_GET_FD_BY_ID", { link_id: start_id });
    const link_fd = fdOf(m);
    m = m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: link_fd, info_len: 32, info: room(32) });
    const info = m.out.info;
    const map_id = info instanceof Uint8Array ? info[LINK_MAP_ID_AT] : 0;
    m = m.bpf("MAP_GET_FD_BY_ID", { map_id });
    const map_fd = fdOf(m);
    const value = room(shapeOf(m).value_size);
    m = m.bpf("MAP_LOOKUP_ELEM", { map_fd, key: u32(0), value });
    const bytes = m.out.value;
    m = m.close(map_fd);
    if (bytes instanceof Uint8Array && nameIn(shapeOf(m), latin1(bytes)) === name) {
      return { m, handle: link_fd };
    }
    m = m.close(link_fd);
  }
}

const STRUCT_OPS_LINK: Way = {
  id: "struct_ops link",
  added: ["BPF_LINK_CREATE", "BPF_LINK_UPDATE", "BPF_LINK_DETACH"],
  kinds: ["a type of map", "a type of link"],
  steps: [
    ...mapSteps(BPF_F_LINK),
    (m, first) => m.bpf("LINK_CREATE", { map_fd: first + 4, attach_type: BPF_STRUCT_OPS }),
  ],
  search: searchLinks,
  remove: (m, _, handle) => m.bpf("LINK_DETACH", { link_fd: Number(handle) }),
};

const pin = (name: string) => `/sys/fs/bpf/${name}`;

export const PINNED_LINK: Way = {
  ...STRUCT_OPS_LINK,
  id: "link, pinned",
  steps: [
    ...STRUCT_OPS_LINK.steps,
    (m, first, name) => m.bpf("OBJ_PIN", { pathname: pin(name), bpf_fd: first + 5 }),
  ],
  search: (machine, name) => {
    const m = machine.bpf("OBJ_GET", { pathname: pin(name) });
    return { m, handle: typeof m.result === "number" ? m.result : undefined };
  },
  remove: (m, name, handle) => m.unlink(pin(name)).bpf("LINK_DETACH", { link_fd: Number(handle) }),
  path: pin,
};

/** The three ways, and the last one with a name that the link lives by. */
export const WAYS: readonly Way[] = [MODULE, STRUCT_OPS_MAP, STRUCT_OPS_LINK, PINNED_LINK];
