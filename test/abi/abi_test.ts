/**
 * The tables of src/abi against what a compiler read in the headers (uapi.json), in both
 * directions: what a header has and a table lacks is as wrong as the reverse.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import * as fields from "../../src/abi/attr_fields.ts";
import {
  ATTR_SIZE,
  COMMAND_COUNT,
  type CommandAbi,
  COMMANDS,
  COMMON_ATTR,
  type Field,
} from "../../src/abi/commands.ts";
import * as constants from "../../src/abi/constants.ts";
import type { Enumerator } from "../../src/abi/enumerator.ts";
import { type InfoAbi, INFOS } from "../../src/abi/infos.ts";
import * as insn from "../../src/abi/insn.ts";
import * as MOUNT_FLAGS from "../../src/abi/mount_flags.ts";
import { type Version, VERSIONS } from "../../src/kernel/version.ts";
import uapi from "./uapi.json" with { type: "json" };

type Place = readonly number[];
type Layout = Readonly<Record<string, Place>>;

const STRUCTS: Readonly<Record<string, readonly Field[]>> = {
  map_create: fields.MAP_CREATE_FIELDS,
  elem: fields.ELEM_FIELDS,
  batch: fields.BATCH_FIELDS,
  prog_load: fields.PROG_LOAD_FIELDS,
  obj: fields.OBJ_FIELDS,
  attach: fields.ATTACH_FIELDS,
  test: fields.TEST_FIELDS,
  id: fields.ID_FIELDS,
  info: fields.INFO_FIELDS,
  query: fields.QUERY_FIELDS,
  raw_tracepoint: fields.RAW_TRACEPOINT_FIELDS,
  btf_load: fields.BTF_LOAD_FIELDS,
  task_fd_query: fields.TASK_FD_QUERY_FIELDS,
  link_create: fields.LINK_CREATE_FIELDS,
  link_update: fields.LINK_UPDATE_FIELDS,
  link_detach: fields.LINK_DETACH_FIELDS,
  enable_stats: fields.ENABLE_STATS_FIELDS,
  iter_create: fields.ITER_CREATE_FIELDS,
  prog_bind_map: fields.PROG_BIND_MAP_FIELDS,
  token_create: fields.TOKEN_CREATE_FIELDS,
  prog_stream_read: fields.STREAM_READ_FIELDS,
  prog_assoc_struct_ops: fields.ASSOC_STRUCT_OPS_FIELDS,
};

/** The first version of a whole struct says itself when its members are new. */
function firstOf(layout: Layout): number {
  return Math.min(...Object.values(layout).map(([, , first]) => first));
}

function layoutOf(table: readonly Field[], layout: Layout): Layout {
  const first = firstOf(layout);
  return Object.fromEntries(table.map((field) => [field.name, [
    field.offset,
    field.size,
    field.since === undefined ? first : VERSIONS.indexOf(field.since),
    field.kind === "s32" ? 1 : 0,
  ]]));
}

function perVersion(table: Readonly<Partial<Record<Version, number>>>): readonly (number | null)[] {
  return VERSIONS.map((version) => table[version] ?? null);
}

Deno.test("the fact file speaks of the five versions", () => {
  deepEqual(uapi.versions, VERSIONS);
});

Deno.test("every member of union bpf_attr is in the tables, and nothing else", () => {
  deepEqual(Object.keys(STRUCTS).sort(), Object.keys(uapi.structs).sort());
  for (const [name, layout] of Object.entries(uapi.structs)) {
    const table = STRUCTS[name];
    deepEqual(layoutOf(table, layout), layout, `struct ${name}`);
    equal(new Set(table.map((field) => field.name)).size, table.length, `a name twice: ${name}`);
    for (const { name: field, kind, size } of table) {
      const wide = kind === "u64" || kind === "ptr" ? 8 : kind === "bytes" ? size : 4;
      equal(size, wide, `${name}.${field}`);
    }
  }
});

Deno.test("every struct of the tables belongs to a command", () => {
  const used = new Set<readonly Field[]>(COMMANDS.map((command) => command.fields));
  for (const [name, table] of Object.entries(STRUCTS)) ok(used.has(table), name);
});

Deno.test("commands: number, first version, checked tail", () => {
  const all: readonly CommandAbi[] = COMMANDS;
  deepEqual(all.map((command) => command.name), Object.keys(uapi.commands));
  all.forEach((command, index) => {
    equal(command.number, index, command.name);
    const ends = uapi.commands[command.name as keyof typeof uapi.commands];
    deepEqual(perVersion(command.end), ends, command.name);
    equal(VERSIONS.indexOf(command.since), ends.findIndex((end) => end !== null), command.name);
    ends.forEach((end, i) => {
      if (end === null) return;
      ok(end <= ATTR_SIZE[VERSIONS[i]], `${command.name} ends in the union`);
      const closes = command.fields.some((field) => field.offset + field.size === end);
      ok(closes, `${command.name} ends after a field`);
    });
  });
});

Deno.test("sizes and counts by version", () => {
  deepEqual(perVersion(ATTR_SIZE), uapi.attrSize);
  deepEqual(perVersion(COMMAND_COUNT), uapi.counts.command);
  deepEqual(perVersion(constants.MAX_MAP_TYPE), uapi.counts.map);
  deepEqual(perVersion(constants.MAX_PROG_TYPE), uapi.counts.prog);
  deepEqual(perVersion(constants.MAX_ATTACH_TYPE), uapi.counts.attach);
  deepEqual(perVersion(constants.MAX_LINK_TYPE), uapi.counts.link);
});

Deno.test("the info structs, member by member", () => {
  const { bpf_common_attr: common, ...infos } = uapi.infos;
  deepEqual(Object.keys(INFOS), Object.keys(infos));
  for (const [name, { size, fields: layout }] of Object.entries(infos)) {
    const abi: InfoAbi = INFOS[name as keyof typeof INFOS];
    deepEqual(layoutOf(abi.fields, layout), layout, name);
    deepEqual(perVersion(abi.size), size, name);
    for (const version of VERSIONS) {
      const have = abi.fields.filter((field) =>
        field.since === undefined || VERSIONS.indexOf(field.since) <= VERSIONS.indexOf(version)
      );
      const last = Math.max(...have.map((field) => field.offset + field.size));
      const tail = abi.tail[version];
      ok(tail === abi.size[version] || tail === last, `${name} ${version}: tail at ${tail}`);
    }
  }
  deepEqual(layoutOf(COMMON_ATTR.fields, common.fields), common.fields);
  equal(COMMON_ATTR.size, common.size[4]);
});

const NUMBERS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries({ ...constants, ...insn } as Record<string, unknown>).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number",
  ),
);

/** The classic instruction set of bpf_common.h, and names that only repeat another. */
const LEFT_OUT = new Set([
  "BPF_RET",
  "BPF_MISC",
  "BPF_LEN",
  "BPF_MSH",
  "BPF_FROM_LE",
  "BPF_FROM_BE",
]);

/** Constants of ours that no header of bpf(2) has. */
const OURS = new Set(["INSN_SIZE", ...Object.keys(MOUNT_FLAGS)]);

Deno.test("every enumerator and macro of the header is a constant of its value", () => {
  const header: Layout = { ...uapi.macros, ...uapi.enumerators };
  for (const [name, [value]] of Object.entries(header)) {
    if (!LEFT_OUT.has(name)) equal(NUMBERS[name], value, name);
  }
  for (const name of Object.keys(NUMBERS)) {
    ok(OURS.has(name) || name in header, `${name} is made up`);
  }
});

function checkTable(table: readonly Enumerator[], counts: readonly number[]): void {
  equal(table.length, counts[4]);
  table.forEach((one, index) => {
    equal(one.value, index, one.name);
    equal(NUMBERS[one.name], one.value, one.name);
    const first = counts.findIndex((count) => count > one.value);
    equal(VERSIONS.indexOf(one.since), first, one.name);
  });
}

Deno.test("the tables of types are whole, and in the order of their values", () => {
  checkTable(constants.MAP_TYPES, uapi.counts.map);
  checkTable(constants.PROG_TYPES, uapi.counts.prog);
  checkTable(constants.ATTACH_TYPES, uapi.counts.attach);
  checkTable(constants.LINK_TYPES, uapi.counts.link);
});

const FILES = [
  "attach_types",
  "command_numbers",
  "flags",
  "func_ids",
  "helper_values",
  "insn",
  "link_types",
  "map_types",
  "prog_types",
];

/** What the comment behind a constant may say: from an enumerator exactly, from a macro roughly. */
function firstVersions(name: string): readonly string[] {
  const enumerators: Layout = uapi.enumerators;
  if (name in enumerators) {
    const first = uapi.versions[enumerators[name][1]];
    // A set of names that BTF left out may be older than the first header that shows them.
    return first === "7.2" && uapi.notInBtf.includes(name) ? ["6.18", "7.2"] : [first];
  }
  const macros: Layout = uapi.macros;
  const first = uapi.macroVersions[macros[name][1]];
  return first === "7.2" ? ["6.18", "7.2"] : [first];
}

Deno.test("the comments behind the constants name the first version", async () => {
  for (const file of FILES) {
    const text = await Deno.readTextFile(new URL(`../../src/abi/${file}.ts`, import.meta.url));
    for (const line of text.split("\n")) {
      const found = /^export const (\w+) = -?(?:0x)?[0-9a-f]+;(?: \/\/ since (\S+))?$/.exec(line);
      if (found === null || OURS.has(found[1])) continue;
      ok(firstVersions(found[1]).includes(found[2] ?? "5.10"), `${file}: ${line}`);
    }
  }
});
