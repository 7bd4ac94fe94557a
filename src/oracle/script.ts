/**
 * Scripts of system calls as the executor runs them on a real kernel: their types, their text and
 * the text of their results. The text is also how evidence is kept, so it is meant to be read.
 * Nothing here does I/O.
 */

/** A number of an earlier step, or an address, that is known only when the script runs. */
export type Reference =
  /** A u32 at `offset` of what `area` held after `step` (steps count from 0 in the script). */
  | { readonly step: number; readonly area: number; readonly offset: number }
  /** The return value of a step, as a u32. */
  | { readonly result: number }
  /** The address of an area of the same step, plus `delta`. */
  | { readonly address: number; readonly delta?: number };

/** A number, or where to take it from. */
export type Value = number | bigint | Reference;

/** A pathname: text, bytes, `null` for a NULL pointer, or a raw address. */
export type PathValue = string | Uint8Array | null | { readonly at: number | bigint };

/** User memory that ends at an unmapped page. A bare `Uint8Array` is writable. */
export type Area = Uint8Array | { readonly bytes: Uint8Array; readonly readOnly: boolean };

/** Writes a reference into an area: an address takes 8 bytes at `offset`, all others 4. */
export interface Patch {
  readonly area: number;
  readonly offset: number;
  readonly value: Reference;
}

/**
 * What each op takes, in the executor's own notation: `*` stands before a string, `?` behind a key
 * that may be missing. Every op also takes areas and patches.
 */
export const OPS = {
  bpf: "cmd size? attr? common? size_common?",
  close: "fd",
  dup: "fd",
  dup2: "fd to",
  fork: "flags?",
  exit: "code?",
  exec: "",
  socketpair: "",
  send: "fd fds?",
  recv: "fd cloexec?",
  fcntl: "fd cmd arg?",
  mkdir: "*path mode",
  rmdir: "*path",
  unlink: "*path",
  rename: "*path *to",
  renameat2: "*path *to flags",
  symlink: "*target *path",
  link: "*path *to",
  open: "*path flags mode?",
  openat: "dirfd *path flags mode?",
  read: "fd n",
  write: "fd",
  lseek: "fd off whence",
  chmod: "*path mode",
  chown: "*path uid gid",
  umask: "mask",
  stat: "*path",
  lstat: "*path",
  fstat: "fd",
  statfs: "*path",
  mount: "*source? *target *type? flags? *data?",
  umount: "*path flags?",
  chdir: "*path",
  chroot: "*path",
  setuid: "uid",
  setgid: "gid",
  setfsuid: "uid",
  caps: "eff? perm? inh?",
  prctl: "op arg2? arg3? arg4? arg5?",
  rlimit: "res cur max",
  unshare: "flags",
  mmap: "fd prot flags len off?",
  munmap: "map",
  peek: "map off n",
  poke: "map off",
  getdents: "*path",
  access: "*path mode",
  faccessat: "dirfd *path mode",
  faccessat2: "dirfd *path mode flags",
  setns: "fd type?",
  mounts: "",
  idmap: "task ids",
  pause: "ms?",
  sys: "nr x0? x1? x2? x3? x4? x5?",
} as const;

/** The name of an op. */
export type OpName = keyof typeof OPS;

/** What a key of a step may hold: `fds` takes a list, `attr` an address, strings a `PathValue`. */
export type Argument = Value | PathValue | readonly Value[];

/** One step: what `task` (0 is the first process, each fork makes the next) does. */
export interface Step {
  readonly task: number;
  readonly op: OpName;
  readonly args?: { readonly [key: string]: Argument | undefined };
  /** User memory by its number, 0 to 15; of bpf, 0 is attr. */
  readonly areas?: { readonly [area: number]: Area };
  readonly patches?: readonly Patch[];
}

/** A script: steps that run one after the other in a fresh tree of processes. */
export interface Script {
  /** One word, to tell results apart. */
  readonly name: string;
  /** Whether it gets mounts of its own, with a fresh bpffs at /sys/fs/bpf and a fresh /tmp. */
  readonly fs?: boolean;
  /** Milliseconds after which it is ended; 10,000 where it is absent. */
  readonly limit?: number;
  readonly steps: readonly Step[];
}

/** A script that is text already, for example kept evidence. */
export interface ScriptText {
  readonly name: string;
  readonly text: string;
}

/** What one step did. */
export type StepResult =
  | {
    readonly kind: "ran";
    /** The return value, or the negative errno. */
    readonly ret: number;
    /** The areas whose bytes changed, whole. */
    readonly areas: { readonly [area: number]: Uint8Array };
    /** What else the step reported, as text: `mode`, `uid`, `names` ... */
    readonly words: { readonly [key: string]: string };
  }
  | { readonly kind: "not run"; readonly why: string };

/** What a script did. */
export interface ScriptResult {
  readonly name: string;
  readonly steps: readonly StepResult[];
  /** The tasks that died of a signal. */
  readonly killed: readonly { readonly task: number; readonly signal: number }[];
  /** The step at which the script's time was over. */
  readonly limit?: number;
  /** How many kinds of objects were still there a while after the last process (guests only). */
  readonly left?: number;
  /** The executor's lines as they came, without line ends: one a step, and the `done` line. */
  readonly lines: readonly string[];
}

/** A real kernel that runs scripts: the machine's own, or a guest's. */
export interface KernelRunner {
  /** As `uname -r` says. */
  readonly release: string;
  /** As `uname -v` says; distributions keep the exact version here. */
  readonly version: string;
  /** The number of possible CPUs, which per-CPU values are multiplied by. */
  readonly cpus: number;
  /** Whether others run on this kernel: then nothing that is everybody's is changed. */
  readonly shared: boolean;
  /** Runs scripts and gives their results in the same order. */
  run(scripts: Iterable<Script | ScriptText>): AsyncIterable<ScriptResult>;
  close(): Promise<void>;
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

function areaText(area: Area): string {
  const bytes = area instanceof Uint8Array ? area : area.bytes;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  const zeros = bytes.length - end;
  const prefix = area instanceof Uint8Array || !area.readOnly ? "" : "ro:";
  if (zeros < 4) return prefix + (bytes.length === 0 ? "z0" : hex(bytes));
  return prefix + (end === 0 ? `z${zeros}` : `${hex(bytes.subarray(0, end))}.z${zeros}`);
}

function referenceText(value: Reference): string {
  if ("result" in value) return `#${value.result}`;
  if ("step" in value) return `$${value.step}.${value.area}.${value.offset}`;
  const delta = value.delta ?? 0;
  return `&${value.address}${delta === 0 ? "" : delta > 0 ? `+${delta}` : delta}`;
}

function valueText(value: Value): string {
  if (typeof value === "object") return referenceText(value);
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(`${value} is not an integer`);
  }
  return value > 9 ? `0x${value.toString(16)}` : String(value);
}

function pathText(value: PathValue): string {
  if (value === null) return "-";
  if (value instanceof Uint8Array) return hex(value);
  if (typeof value === "object") return `@0x${value.at.toString(16)}`;
  if (/^[!-~]*$/.test(value)) return value.startsWith("/") ? value : `"${value}`;
  if (value.includes("\0")) throw new RangeError("a pathname ends at its NUL; give it as an area");
  return hex(new TextEncoder().encode(value));
}

function isList(value: Argument): value is readonly Value[] {
  return Array.isArray(value);
}

function argumentText(key: string, isString: boolean, value: Argument): string {
  if (isString) return pathText(value as PathValue);
  if (isList(value)) return value.map(valueText).join(",");
  if (typeof value === "object" && value !== null && "at" in value) return pathText(value);
  if (typeof value === "string" || value === null || value instanceof Uint8Array) {
    throw new TypeError(`${key} takes a number`);
  }
  return valueText(value as Value);
}

function stepText(step: Step): string {
  const keys: string[] = OPS[step.op]?.split(" ").filter((key) => key !== "");
  if (keys === undefined) throw new RangeError(`no such op: ${step.op}`);
  const words = [`${step.task} ${step.op}`];
  const args = new Map(Object.entries(step.args ?? {}));
  for (const spec of keys) {
    const key = spec.replace(/[*?]/g, "");
    const value = args.get(key);
    args.delete(key);
    if (value !== undefined) words.push(`${key}=${argumentText(key, spec[0] === "*", value)}`);
    else if (!spec.endsWith("?")) throw new TypeError(`${step.op} needs ${key}`);
  }
  for (const [key, value] of args) {
    if (value !== undefined) throw new TypeError(`${step.op} does not take ${key}`);
  }
  for (const [n, area] of Object.entries(step.areas ?? {})) words.push(`a${n}=${areaText(area)}`);
  for (const patch of step.patches ?? []) {
    words.push(`p=${patch.area}.${patch.offset}${referenceText(patch.value)}`);
  }
  return words.join(" ");
}

/** The text of a script, from its `script` line to its `end`. */
export function encodeScript(script: Script): string {
  if (!/^[!-~]+$/.test(script.name)) throw new RangeError(`not one word: "${script.name}"`);
  let head = `script ${script.name}`;
  if (script.fs) head += " fs=1";
  if (script.limit !== undefined) head += ` limit=${script.limit}`;
  const lines = script.steps.map((step, i) => {
    try {
      return stepText(step);
    } catch (error) {
      throw new Error(`script ${script.name}, step ${i}: ${(error as Error).message}`);
    }
  });
  return [head, ...lines, "end", ""].join("\n");
}

/** The text of a script that may be text already; throws where that is not one whole script. */
export function scriptText(script: Script | ScriptText): ScriptText {
  if (!("text" in script)) return { name: script.name, text: encodeScript(script) };
  const { name, text } = script;
  const [, first] = text.split(/\s/, 2);
  if (!text.startsWith("script ") || first !== name || !text.endsWith("\nend\n")) {
    throw new RangeError(`the text of script ${name} is not from its script line to its end line`);
  }
  return script;
}

/** The scripts in a text; everything between them is left out. */
export function splitScripts(text: string): ScriptText[] {
  const scripts: ScriptText[] = [];
  for (const found of text.matchAll(/^script (\S+)[^\n]*\n(?:.*\n)*?end$/gm)) {
    scripts.push({ name: found[1], text: found[0] + "\n" });
  }
  return scripts;
}

/** A script's text with each step's result line below it, as evidence is kept. */
export function transcript(script: ScriptText, result: ScriptResult): string {
  const results = [...result.lines];
  let text = "";
  for (const line of script.text.split("\n")) {
    if (line === "" || line.startsWith("=") || line.startsWith("done ")) continue;
    text += line + "\n";
    if (/^\d/.test(line) || line === "end") text += (results.shift() ?? "?") + "\n";
  }
  return text;
}
