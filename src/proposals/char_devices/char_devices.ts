/**
 * Character devices in the place of a file system: one major number for maps and one for programs,
 * nodes that the user makes wherever they are wanted, and two commands of bpf(2) that bind an object
 * to a device and fetch it again.
 */
import { type Outcome, unmodelled } from "../../kernel/outcome.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import type { Call } from "../../machine/call.ts";
import type { Proposal } from "../proposal.ts";
import {
  bind,
  BIND_DEV,
  dropCaches,
  FETCH_DEV,
  fetchDev,
  settle,
  unbind,
  UNBIND_DEV,
} from "./bindings.ts";
import type { DeviceCall } from "./call.ts";
import { mount } from "./disks.ts";
import { deviceAt, link, mknod, MKNOD_DEV, open, OPEN_DEV, stat } from "./nodes.ts";
import { type Devices, type K, noDevices, type Reading, withDevices } from "./state.ts";

const TABLES = [BIND_DEV, FETCH_DEV, UNBIND_DEV, MKNOD_DEV, OPEN_DEV];

/** Every refusal of the proposal. */
export const CHAR_DEVICES_RULES: readonly Rule[] = TABLES.flatMap((table) =>
  Object.values(table as Readonly<Record<string, Rule>>)
);

/** Commands of bpf(2), and hooks elsewhere in the kernel, that a reading needs. */
const ADDED: Readonly<Record<Reading, readonly string[]>> = {
  file: ["BPF_BIND_DEV", "BPF_FETCH_DEV"],
  number: ["BPF_BIND_DEV", "BPF_FETCH_DEV", "BPF_UNBIND_DEV"],
  inode: ["BPF_BIND_DEV", "BPF_FETCH_DEV", "the end of an inode, in every file system"],
  own_fs: ["BPF_BIND_DEV", "BPF_FETCH_DEV", "a file system"],
};

/** What Linux does otherwise with a device than with a file, and the proposal does not speak of. */
const UNSAID =
  /^(openat|truncate|access|faccessat2|read|write|lseek|fstat|[lf]?(set|get|list|remove)xattr)$/;

function unsaid(k: K, task: Task, call: Call | DeviceCall): Outcome | undefined {
  return UNSAID.test(call.op) && isOnDevice(k, task, call)
    ? unmodelled(k, `${call.op} of a device`)
    : undefined;
}

function isOnDevice(k: K, task: Task, call: Call | DeviceCall): boolean {
  if ("path" in call) return deviceAt(k, task, call.path) !== undefined;
  const slot = "fd" in call ? task.fds.get(call.fd >>> 0) : undefined;
  return slot !== undefined && k.proposed.files.get(slot.file) !== undefined;
}

function own(k: K, task: Task, call: Call | DeviceCall): Outcome | undefined {
  switch (call.op) {
    case "mknod_dev":
      return mknod(k, task, call);
    case "stat":
      return stat(k, task, call.path, true);
    case "lstat":
      return stat(k, task, call.path, false);
    case "link":
      return link(k, task, call.path, call.to);
    case "open":
      return open(k, task, call.path, call.flags);
    case "bind_dev":
      return bind(k, task, call as Extract<DeviceCall, { op: "bind_dev" }>);
    case "fetch_dev":
      return fetchDev(k, task, call as Extract<DeviceCall, { op: "fetch_dev" }>);
    case "unbind_dev":
      return unbind(k, task, call);
    case "mount":
      return mount(k, task, call);
    case "drop_caches":
      return dropCaches(k);
    default:
      return unsaid(k, task, call);
  }
}

/**
 * The proposal of char-devices.txt, in one of the readings of where a binding lives.
 *
 * @example
 * ```ts
 * import { CHAR_DEVICES, propose } from "bpfspec";
 * const m = propose(CHAR_DEVICES("number"), "6.18")
 *   .call({ op: "mknod_dev", path: "/tmp/m", mode: 0o600, major: 240, minor: 0 })
 *   .open("/tmp/m", 2);
 * if (m.call({ op: "fetch_dev", bpf_fd: 0, dev_fd: 3 }).rule?.id !== "FETCH_DEV/unbound") {
 *   throw new Error("something is bound");
 * }
 * ```
 */
export function CHAR_DEVICES(reading: Reading): Proposal<Devices, DeviceCall> {
  if (!(reading in ADDED)) throw new RangeError(`no such reading: ${reading}`);
  return {
    name: `character devices, bound by ${reading}`,
    rules: CHAR_DEVICES_RULES,
    added: ADDED[reading],
    begin: (kernel) => withDevices(kernel, noDevices(reading)),
    step: own,
    settle,
  };
}
