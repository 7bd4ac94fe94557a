import { closeFd, duplicateTo, freeFd, installFile, withTask } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { holdFile, openFile, putFile } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Message, Socket } from "../kernel/sockets.ts";
import type { Task } from "../kernel/task.ts";

/** close(2) */
export const CLOSE = rules("close", { bad_fd: ["EBADF", "the descriptor is not open"] });

export function close(k: Kernel, task: Task, fd: number): Outcome {
  if (task.fds.get(fd >>> 0) === undefined) return refuse(k, CLOSE.bad_fd);
  return done(closeFd(k, task.number, fd));
}

/** dup(2) */
export const DUP = rules("dup", {
  bad_fd: ["EBADF", "the descriptor is not open"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

export function dup(k: Kernel, task: Task, fd: number): Outcome {
  const slot = task.fds.get(fd >>> 0);
  if (slot === undefined) return refuse(k, DUP.bad_fd);
  if (freeFd(task) === undefined) return refuse(k, DUP.fd_limit);
  const made = installFile(holdFile(k, slot.file), task.number, slot.file, false);
  return done(made.k, made.fd);
}

/** dup2(2) */
export const DUP2 = rules("dup2", {
  bad_fd: ["EBADF", "the descriptor is not open"],
  limit: ["EBADF", "the new descriptor is RLIMIT_NOFILE or above"],
});

export function dup2(k: Kernel, task: Task, fd: number, to: number): Outcome {
  if (fd === to) {
    return task.fds.get(fd >>> 0) === undefined ? refuse(k, DUP2.bad_fd) : done(k, to);
  }
  if (to >>> 0 >= task.limits.nofile) return refuse(k, DUP2.limit);
  if (task.fds.get(fd >>> 0) === undefined) return refuse(k, DUP2.bad_fd);
  return done(duplicateTo(k, task.number, fd, to), to);
}

/** socketpair(2) of Unix stream sockets; `ret` is the first descriptor, the second is written. */
export const SOCKETPAIR = rules("socketpair", {
  fd_limit: ["EMFILE", "fewer than two descriptors are left below RLIMIT_NOFILE"],
});

export function socketpair(k: Kernel, task: Task): Outcome {
  const first = freeFd(task);
  if (first === undefined || freeFd(task, first + 1) === undefined) {
    return refuse(k, SOCKETPAIR.fd_limit);
  }
  const a = k.sockets.firstGap();
  const b = k.sockets.firstGap(a + 1);
  const end = (peer: number): Socket => ({ peer, queue: [], reset: false });
  const paired = { ...k, sockets: k.sockets.set(a, end(b)).set(b, end(a)) };
  const one = openFile(paired, { of: "socket", id: a });
  const left = installFile(one.k, task.number, one.file, false);
  const two = openFile(left.k, { of: "socket", id: b });
  const right = installFile(two.k, task.number, two.file, false);
  return done(right.k, left.fd, [{
    field: "sv",
    offset: 0,
    bytes: String.fromCharCode(
      left.fd & 255,
      left.fd >> 8,
      0,
      0,
      right.fd & 255,
      right.fd >> 8,
      0,
      0,
    ),
  }]);
}

/** sendmsg(2) of one byte with SCM_RIGHTS */
export const SEND = rules("send", {
  bad_fd: ["EBADF", "the socket descriptor is not open"],
  not_socket: ["ENOTSOCK", "the descriptor is not a socket"],
  no_peer: ["EPIPE", "the other end is closed"],
  too_many: ["EINVAL", "more than 253 descriptors in one message"],
  bad_sent_fd: ["EBADF", "a descriptor to be sent is not open"],
});

const SCM_MAX_FD = 253;

export function send(k: Kernel, task: Task, fd: number, fds: readonly number[]): Outcome {
  const slot = task.fds.get(fd >>> 0);
  if (slot === undefined) return refuse(k, SEND.bad_fd);
  const { object } = k.files.get(slot.file)!;
  if (object.of !== "socket") return refuse(k, SEND.not_socket);
  if (fds.length > SCM_MAX_FD) return refuse(k, SEND.too_many);
  const slots = fds.map((sent) => task.fds.get(sent >>> 0));
  if (slots.includes(undefined)) return refuse(k, SEND.bad_sent_fd);
  const files = slots.map((held) => held!.file);
  if (files.some((file) => k.files.get(file)!.object.of === "socket")) {
    return unmodelled(k, "sockets sent over sockets");
  }
  const { peer } = k.sockets.get(object.id)!;
  if (peer === undefined) return refuse(k, SEND.no_peer);
  const held = files.reduce(holdFile, k);
  const receiver = held.sockets.get(peer)!;
  const queue: Message[] = [...receiver.queue, { files }];
  return done({ ...held, sockets: held.sockets.set(peer, { ...receiver, queue }) }, 1);
}

/** recvmsg(2), non-blocking; the descriptors that arrive are written as 32-bit numbers. */
export const RECV = rules("recv", {
  bad_fd: ["EBADF", "the socket descriptor is not open"],
  not_socket: ["ENOTSOCK", "the descriptor is not a socket"],
  reset: ["ECONNRESET", "the other end was closed with messages unread; said once"],
  nothing: ["EAGAIN", "no message waits"],
});

export function recv(k: Kernel, task: Task, fd: number): Outcome {
  const slot = task.fds.get(fd >>> 0);
  if (slot === undefined) return refuse(k, RECV.bad_fd);
  const { object } = k.files.get(slot.file)!;
  if (object.of !== "socket") return refuse(k, RECV.not_socket);
  const socket = k.sockets.get(object.id)!;
  const [message, ...queue] = socket.queue;
  if (message === undefined && socket.reset) {
    const told = k.sockets.set(object.id, { ...socket, reset: false });
    return refuse({ ...k, sockets: told }, RECV.reset);
  }
  if (message === undefined) {
    return socket.peer === undefined ? done(k, 0) : refuse(k, RECV.nothing);
  }
  const rest = { ...k, sockets: k.sockets.set(object.id, { ...socket, queue }) };
  return arrive(rest, task.number, message.files);
}

/** Installs what arrived while descriptors are left; what does not fit is lost (MSG_CTRUNC). */
function arrive(k: Kernel, taskNumber: number, files: readonly number[]): Outcome {
  const fds: number[] = [];
  let now = k;
  for (const file of files) {
    if (freeFd(now.tasks.get(taskNumber)!) === undefined) {
      now = putFile(now, file);
      continue;
    }
    const made = installFile(now, taskNumber, file, false);
    now = made.k;
    fds.push(made.fd);
  }
  const bytes = fds.map((fd) => String.fromCharCode(fd & 255, fd >> 8, 0, 0)).join("");
  return done(now, 1, bytes === "" ? [] : [{ field: "fds", offset: 0, bytes }]);
}

/** fcntl(2) with F_SETFD */
export const FCNTL = rules("fcntl", { bad_fd: ["EBADF", "the descriptor is not open"] });

export function setCloexec(k: Kernel, task: Task, fd: number, cloexec: boolean): Outcome {
  const slot = task.fds.get(fd >>> 0);
  if (slot === undefined) return refuse(k, FCNTL.bad_fd);
  return done(withTask(k, { ...task, fds: task.fds.set(fd, { ...slot, cloexec }) }));
}
