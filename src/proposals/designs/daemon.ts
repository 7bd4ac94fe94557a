import { boot, type Machine } from "../../machine/machine.ts";
import { type Design, MAP } from "./design.ts";

/** The task that keeps descriptors for others, and the two ends of its socket. */
const DAEMON = 2;
const [CLIENT_END, DAEMON_END] = [3, 4];

/** Descriptors of the daemon that are of a map: what it keeps, the oldest first. */
function kept({ kernel }: Machine): readonly number[] {
  const task = kernel.tasks.get(DAEMON)!;
  return Array.from(task.fds.entries()).flatMap(([fd, { file }]) =>
    kernel.files.get(file)?.object.of === "map" ? [fd] : []
  );
}

/** A daemon that is sent descriptors over a Unix socket and sends them on: the way before pins. */
export const DESCRIPTOR_DAEMON: Design<never> = {
  id: "daemon",
  title: "a daemon that keeps descriptors and passes them over a Unix socket",
  added: [],
  boot: (options) => {
    const m = boot("6.18", options).socketpair().fork().fork();
    return m.as(DAEMON).close(CLIENT_END).as(1).close(DAEMON_END).as(0).close(DAEMON_END);
  },
  create: (m) => m.bpf("MAP_CREATE", MAP),
  naming: [
    (m, fd) => m.send(CLIENT_END, [fd]),
    (m) => m.as(DAEMON).recv(DAEMON_END).as(m.task),
  ],
  share: (m) => m,
  find: (m, name) => {
    const fd = kept(m)[Number(name.slice(1))];
    const sent = m.as(DAEMON).send(DAEMON_END, fd === undefined ? [] : [fd]).as(m.task);
    const received = sent.recv(CLIENT_END);
    return { m: received, fd: received.fds[0] };
  },
  unname: (m, name) => {
    const fd = kept(m)[Number(name.slice(1))];
    return m.as(DAEMON).close(fd ?? -1).as(m.task);
  },
  names: () => [],
  alive: (m) => m.mapIds.length > 0,
};
