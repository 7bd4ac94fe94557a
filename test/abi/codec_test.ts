import fc from "fast-check";
import { deepEqual, equal } from "node:assert/strict";
import {
  decodeAttr,
  decodeCommonAttr,
  encodeAttr,
  ENCODED_SIZE,
  tailIsZero,
} from "../../src/abi/attr.ts";
import {
  type AttrOf,
  type CommandAbi,
  type CommandName,
  COMMANDS,
  type Field,
} from "../../src/abi/commands.ts";
import { ERRNO, type ErrnoName, errnoName } from "../../src/abi/errno.ts";
import { decodeInfo, encodeInfo } from "../../src/abi/infos.ts";
import {
  assemble,
  BPF_ALU64,
  BPF_EXIT,
  BPF_JMP,
  BPF_K,
  BPF_MOV,
  insn,
  returning,
} from "../../src/abi/insn.ts";
import { latin1 } from "../../src/abi/memory.ts";

function valueFor(field: Field): fc.Arbitrary<number | bigint | string> {
  switch (field.kind) {
    case "u32":
      return fc.nat(0xffffffff);
    case "s32":
      return fc.integer();
    case "bytes":
      return fc.uint8Array({ minLength: field.size, maxLength: field.size }).map((b) => latin1(b));
    default:
      return fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  }
}

/** The fields of a struct of which no two share bytes: the first of each C union. */
function disjoint(fields: readonly Field[]): readonly Field[] {
  const taken: Field[] = [];
  for (const field of fields) {
    const clash = taken.some((t) =>
      field.offset < t.offset + t.size && t.offset < field.offset + field.size
    );
    if (!clash) taken.push(field);
  }
  return taken;
}

Deno.test("every attr that is written is read back", () => {
  for (const command of COMMANDS as readonly CommandAbi[]) {
    const name = command.name as CommandName;
    const fields = disjoint(command.fields);
    const record = fc.record(Object.fromEntries(fields.map((f) => [f.name, valueFor(f)])));
    fc.assert(
      fc.property(record, (values) => {
        const bytes = encodeAttr(name, values as never);
        equal(bytes.length, ENCODED_SIZE);
        const read = decodeAttr(name, latin1(bytes)) as Record<string, unknown>;
        for (const field of fields) equal(read[field.name], values[field.name], field.name);
        const end = Math.max(...command.fields.map((f) => f.offset + f.size));
        equal(tailIsZero(latin1(bytes), end), true);
      }),
      { numRuns: 40 },
    );
  }
});

Deno.test("reading is total: any bytes give every field", () => {
  fc.assert(fc.property(
    fc.constantFrom(...COMMANDS),
    fc.uint8Array({ maxLength: 200 }),
    (command, bytes) => {
      const read = decodeAttr(command.name, latin1(bytes)) as Record<string, unknown>;
      deepEqual(Object.keys(read).sort(), command.fields.map((f) => f.name).sort());
    },
  ));
});

Deno.test("what is not there reads as zero", () => {
  const attr = decodeAttr("MAP_CREATE", "\x01\x00\x00\x00\x04");
  equal(attr.map_type, 1);
  equal(attr.key_size, 4);
  equal(attr.map_extra, 0n);
  equal(attr.map_name, "\0".repeat(16));
});

Deno.test("numbers wrap as a C cast does, whatever they are", () => {
  const read = (value: number): number =>
    decodeAttr("MAP_CREATE", latin1(encodeAttr("MAP_CREATE", { map_type: value }))).map_type;
  equal(read(-1), 0xffffffff);
  equal(read(2 ** 32 + 7), 7);
  equal(read(1.9), 1);
  equal(read(NaN), 0);
  equal(read(Infinity), 0);
  const path = encodeAttr("OBJ_PIN", { path_fd: -100, pathname: -1n });
  equal(decodeAttr("OBJ_PIN", latin1(path)).path_fd, -100);
  equal(decodeAttr("OBJ_PIN", latin1(path)).pathname, (1n << 64n) - 1n);
});

Deno.test("a name is cut where its array ends, and may fill it without a NUL", () => {
  const name = "sixteen_and_more_";
  const bytes = latin1(encodeAttr("MAP_CREATE", { map_name: name }));
  equal(decodeAttr("MAP_CREATE", bytes).map_name, "sixteen_and_more");
  equal(decodeAttr("MAP_CREATE", bytes).map_ifindex, 0);
});

Deno.test("the members of a union read the same bytes", () => {
  const attr = decodeAttr("LINK_UPDATE", latin1(encodeAttr("LINK_UPDATE", { new_map_fd: 9 })));
  equal(attr.new_prog_fd, 9);
});

Deno.test("the types of an attr are those of its fields", () => {
  const attr: AttrOf<"LINK_CREATE"> = {
    prog_fd: 3,
    "kprobe_multi.cookies": new Uint8Array(8),
    "tracing.cookie": 1n,
    iter_info: { room: 16 },
  };
  equal(attr.prog_fd, 3);
  // @ts-expect-error a u32 is a number
  const wrong: AttrOf<"MAP_CREATE"> = { map_type: "hash" };
  // @ts-expect-error MAP_FREEZE has no such field
  const unknown: AttrOf<"MAP_FREEZE"> = { map_type: 1 };
  equal(wrong.map_type, "hash");
  equal((unknown as Record<string, number>).map_type, 1);
});

Deno.test("the common attr", () => {
  deepEqual(decodeCommonAttr("\x01".padEnd(8, "\0") + "\x40\0\0\0\x02\0\0\0"), {
    log_buf: 1n,
    log_size: 64,
    log_level: 2,
    log_true_size: 0,
  });
});

Deno.test("an info struct has the size and the fields of its version", () => {
  const values = { type: 1, id: 7, name: "m", map_extra: 5n, btf_vmlinux_id: 2 };
  equal(encodeInfo("bpf_map_info", values, "5.10").length, 80);
  equal(encodeInfo("bpf_map_info", values, "7.2").length, 104);
  equal(encodeInfo("bpf_token_info", {}, "6.12").length, 0);
  const old = decodeInfo("bpf_map_info", latin1(encodeInfo("bpf_map_info", values, "6.1")));
  equal(old.map_extra, 5n);
  equal(old.btf_vmlinux_id, 0);
  const now = decodeInfo("bpf_map_info", latin1(encodeInfo("bpf_map_info", values, "6.18")));
  equal(now.btf_vmlinux_id, 2);
  equal(now.name, "m".padEnd(16, "\0"));
});

Deno.test("instructions, byte by byte", () => {
  equal(
    latin1(insn(BPF_ALU64 | BPF_MOV | BPF_K, 3, 10, -8, -1)),
    "\xb7\xa3\xf8\xff\xff\xff\xff\xff",
  );
  equal(latin1(returning(2)), "\xb7\0\0\0\x02\0\0\0\x95\0\0\0\0\0\0\0");
  equal(assemble(insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)).length, 8);
});

Deno.test("errnos have one name each", () => {
  const names = Object.keys(ERRNO) as ErrnoName[];
  for (const name of names) equal(errnoName(ERRNO[name]), name);
  equal(errnoName(524), "ENOTSUPP");
  equal(errnoName(0), undefined);
  // 41 and 58 were only ever names of other numbers, so 1 to 133 give 131.
  equal(names.length, 131 + 1);
});
