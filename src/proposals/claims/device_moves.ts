/** Machines with character devices as the claims about them set them up, and what can happen next. */
import type { FileObject } from "../../kernel/files.ts";
import type { Version } from "../../kernel/version.ts";
import type { Machine } from "../../machine/machine.ts";
import type { DeviceCall } from "../char_devices/call.ts";
import { CHAR_DEVICES } from "../char_devices/char_devices.ts";
import { BPF_MAP_MAJOR, type Devices, type K, type Reading } from "../char_devices/state.ts";
import { propose } from "../proposal.ts";
import type { Move } from "../search.ts";

export type DeviceMachine = Machine<DeviceCall>;

export const MAP = { map_type: 2, key_size: 4, value_size: 4, max_entries: 1 };
/** r0 = 0; exit. */
const RETURN = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
export const PROG = { prog_type: 1, insn_cnt: 2, insns: RETURN, license: "GPL" };

/** The mode of a device that everybody may use. */
export const NODE = { op: "mknod_dev", mode: 0o666, major: BPF_MAP_MAJOR, minor: 0 } as const;
export const READ_WRITE = 2;

/** Where a reading serves a node. */
export function nodePath(reading: Reading): string {
  return reading === "own_fs" ? "/sys/fs/bpf/m" : "/tmp/m";
}

/** A machine with a map, at descriptor 3, and a device of maps, which nobody has open. */
export function withDevice(reading: Reading, version: Version = "6.18"): DeviceMachine {
  return propose(CHAR_DEVICES(reading), version)
    .bpf("MAP_CREATE", MAP)
    .call({ ...NODE, path: nodePath(reading) });
}

export function devicesOf(m: DeviceMachine): Devices {
  return (m.kernel as K).proposed;
}

/** The lowest descriptor of the current task that is of something. */
export function fdOf(m: DeviceMachine, what: "map" | "device"): number | undefined {
  const devices = devicesOf(m);
  for (const [fd, { file }] of m.kernel.tasks.get(m.task)!.fds.entries()) {
    const object: FileObject = m.kernel.files.get(file)!.object;
    const isDevice = devices.files.get(file) !== undefined;
    if (what === "device" ? isDevice : object.of === what) return fd;
  }
  return undefined;
}

type DeviceMove = Move<DeviceCall>;

/** A move that does not happen where its call is refused. */
function move(name: string, make: (m: DeviceMachine) => DeviceMachine | undefined): DeviceMove {
  return {
    name,
    make: (m) => {
      const next = make(m);
      return typeof next?.result === "number" ? next : undefined;
    },
  };
}

function withFd(
  what: "map" | "device",
  call: (m: DeviceMachine, fd: number) => DeviceMachine | undefined,
): (m: DeviceMachine) => DeviceMachine | undefined {
  return (m) => {
    const fd = fdOf(m, what);
    return fd === undefined ? undefined : call(m, fd);
  };
}

/** What can happen to a device and to what is bound to it, short of an unbind command. */
export function moves(reading: Reading): readonly DeviceMove[] {
  const path = nodePath(reading);
  return [
    move("open", (m) => m.open(path, READ_WRITE)),
    move(
      "BIND_DEV",
      withFd("device", (m, dev_fd) => {
        const bpf_fd = fdOf(m, "map");
        return bpf_fd === undefined ? undefined : m.call({ op: "bind_dev", bpf_fd, dev_fd });
      }),
    ),
    move(
      "FETCH_DEV",
      withFd("device", (m, dev_fd) => m.call({ op: "fetch_dev", bpf_fd: 0, dev_fd })),
    ),
    move("close the device", withFd("device", (m, fd) => m.close(fd))),
    move("close the map", withFd("map", (m, fd) => m.close(fd))),
    move("unlink", (m) => m.unlink(path)),
    move("rename", (m) => m.rename(path, `${path}2`)),
  ];
}

/** Whether a task has a device open. */
export function isOpen(m: DeviceMachine): boolean {
  return devicesOf(m).files.size > 0;
}

/** What a fetch through a fresh open(2) answers; the machine itself is left as it is. */
export function fetched(m: DeviceMachine, path: string): DeviceMachine {
  const opened = m.open(path, READ_WRITE);
  const dev_fd = opened.result;
  return typeof dev_fd === "number" ? opened.call({ op: "fetch_dev", bpf_fd: 0, dev_fd }) : opened;
}
