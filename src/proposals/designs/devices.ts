import type { DeviceCall } from "../char_devices/call.ts";
import { CHAR_DEVICES } from "../char_devices/char_devices.ts";
import { BPF_MAP_MAJOR, type Reading } from "../char_devices/state.ts";
import { propose, proposedOf } from "../proposal.ts";
import { type Design, fdOf, foundBy, MAP } from "./design.ts";

const READ_WRITE = 2;

/** Character devices; where a binding lives is the reading. */
export function devices(reading: Reading): Design<DeviceCall> {
  const proposal = CHAR_DEVICES(reading);
  const at = (name: string) => `${reading === "own_fs" ? "/sys/fs/bpf" : "/tmp"}/${name}`;
  return {
    id: `device: ${reading}`,
    title: `character devices, bound by ${reading}`,
    added: proposal.added,
    boot: (options) => propose(proposal, "6.18", options).fork(),
    create: (m) => m.bpf("MAP_CREATE", MAP),
    naming: [
      (m, _, name) =>
        m.call({
          op: "mknod_dev",
          path: at(name),
          mode: 0o600,
          major: BPF_MAP_MAJOR,
          minor: Number(name.slice(1)),
        }),
      (m, bpf_fd, name) => {
        const opened = m.open(at(name), READ_WRITE);
        const dev_fd = fdOf(opened);
        return opened.call({ op: "bind_dev", bpf_fd, dev_fd }).close(dev_fd);
      },
    ],
    share: (m, name) => m.chmod(at(name), 0o666),
    find: (m, name) => {
      const opened = m.open(at(name), READ_WRITE);
      const dev_fd = fdOf(opened);
      if (dev_fd < 0) return { m: opened, fd: undefined };
      const fetched = opened.call({ op: "fetch_dev", bpf_fd: 0, dev_fd });
      const { fd } = foundBy(fetched);
      return fd === undefined ? { m: fetched, fd } : { m: fetched.close(dev_fd), fd };
    },
    unname: (m, name) => m.unlink(at(name)),
    names: (m) => {
      const nodes = Array.from(proposedOf(proposal, m).nodes.entries(), ([inode]) => inode);
      return Array.from(m.kernel.fs.inodes.values()).flatMap(({ node }) =>
        node.kind !== "dir" ? [] : Array.from(node.entries.entries())
          .flatMap(([name, inode]) => nodes.includes(inode) ? [name] : [])
      );
    },
    alive: (m) => m.mapIds.length > 0,
    own: (m) => ({ binding: proposedOf(proposal, m).bound.size }),
  };
}
