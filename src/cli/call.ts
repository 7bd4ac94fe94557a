/** A call as text: `MAP_FREEZE map_fd=3`. */
import * as bpfspec from "bpfspec";
import {
  type Call,
  commandAbi,
  type Field,
  isCommandName,
  type Ptr,
  room,
  u32,
  u64,
} from "bpfspec";
import { UsageError } from "./usage.ts";

/** Parses a bpf call, or `close fd=3` and its like; `where` names it in errors. */
export function parseCall(text: string, where: string): Call {
  const [name, ...words] = text.trim().split(/\s+/);
  const command = name.replace(/^BPF_/, "");
  if (!isCommandName(command)) return otherCall(name, words, where);
  const fields: readonly Field[] = commandAbi(command).fields;
  const attr: Record<string, Ptr> = {};
  for (const [key, value] of words.map((word) => split(word, where))) {
    const field = fields.find((known) => known.name === key);
    if (field === undefined) {
      const known = fields.map((each) => each.name).join(", ");
      throw new UsageError(`${where}: ${command} has no field ${key}; it has ${known}`);
    }
    attr[key] = valueOf(value, field, `${where}: ${key}`);
  }
  return { op: "bpf", cmd: command, attr } as Call;
}

function split(word: string, where: string): readonly [string, string] {
  const at = word.indexOf("=");
  if (at <= 0) throw new UsageError(`${where}: "${word}" is not field=value`);
  return [word.slice(0, at), word.slice(at + 1)];
}

/** The other calls that take numbers and texts only; an argument with `?` may be left out. */
const OTHERS: Readonly<Record<string, string>> = {
  fork: "",
  exit: "",
  exec: "",
  close: "fd",
  dup: "fd",
  dup2: "fd to",
  read: "fd n",
  open: "path flags",
  mkdir: "path mode",
  rmdir: "path",
  unlink: "path",
  rename: "path to",
  link: "path to",
  symlink: "target path",
  chmod: "path mode",
  chown: "path uid gid",
  chdir: "path",
  fchdir: "fd",
  mount: "source? target type? flags? data?",
  umount: "path flags",
  unshare: "flags",
  umask: "mask",
  setuid: "uid",
  setgid: "gid",
};

const TEXTS: ReadonlySet<string> = new Set(["path", "source", "target", "type", "data"]);

function isText(op: string, name: string): boolean {
  return TEXTS.has(name) || (name === "to" && op !== "dup2");
}

function otherCall(op: string, words: readonly string[], where: string): Call {
  if (!Object.hasOwn(OTHERS, op)) {
    const others = Object.keys(OTHERS).join(", ");
    throw new UsageError(`${where}: "${op}" is no bpf command, and none of ${others}`);
  }
  const takes = OTHERS[op].split(" ").filter((name) => name !== "");
  const names = takes.map((name) => name.replace("?", ""));
  const args = new Map(words.map((word) => split(word, where)));
  const unknown = [...args.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const has = names.length === 0 ? "takes nothing" : `has ${names.join(", ")}`;
    throw new UsageError(`${where}: ${op} has no argument ${unknown}; it ${has}`);
  }
  const missing = takes.find((name) => !name.endsWith("?") && !args.has(name));
  if (missing !== undefined) throw new UsageError(`${where}: ${op} needs ${missing}=`);
  const values = [...args].map(([name, text]) => [
    name,
    isText(op, name) ? text : number(text, `${where}: ${name}`),
  ]);
  return { op, ...Object.fromEntries(values) } as Call;
}

function valueOf(text: string, { kind, size }: Field, where: string): Ptr {
  if (kind === "bytes") return text.startsWith("hex:") ? hex(text.slice(4), where) : text;
  if (kind !== "ptr") return number(text, where, size);
  const [, form, rest] = /^(u32|u64|hex|room|text):(.*)$/.exec(text) ?? [];
  switch (form) {
    case "u32":
      return u32(Number(number(rest, where)));
    case "u64":
      return u64(number(rest, where));
    case "hex":
      return hex(rest, where);
    case "room":
      return room(Number(number(rest, where)));
    case "text":
      return rest;
  }
  return /^(0x)?[0-9a-f]+$/i.test(text) ? BigInt(text) : text;
}

function hex(text: string, where: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new UsageError(`${where}: "${text}" is not hex bytes`);
  return Uint8Array.from(
    { length: text.length / 2 },
    (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

/** A number, or uapi constants joined by `|`. */
function number(text: string, where: string, size = 4): number | bigint {
  const parts = text.split("|").map((part) => constant(part, where));
  const value = parts.reduce((sum, part) => sum | part, 0n);
  return size <= 4 ? Number(BigInt.asIntN(64, value)) : value;
}

function constant(text: string, where: string): bigint {
  const known = (bpfspec as Readonly<Record<string, unknown>>)[text];
  if (typeof known === "number") return BigInt(known);
  if (/^-?\d+$/.test(text) || /^0[xo][0-9a-f]+$/i.test(text)) return BigInt(text);
  throw new UsageError(`${where}: "${text}" is neither a number nor a uapi constant`);
}
