import { capable } from "../kernel/capabilities.ts";
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
  return done(closeFd(k, task.number, fd >>> 0));
}

/** dup(2) */
export const DUP = rules("dup", {
  bad_fd: ["EBADF", "the descriptor is not open"],
  fd_limit: ["EMFILE", "no descriptor below RLIMIT_NOFILE is free"],
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
  const [from, target] = [fd >>> 0, to >>> 0];
  const isOpen = task.fds.get(from) !== undefined;
  if (from === target) return isOpen ? done(k, target) : refuse(k, DUP2.bad_fd);
  if (target >= task.limits.nofile) return refuse(k, DUP2.limit);
  if (!isOpen) return refuse(k, DUP2.bad_fd);
  return done(duplicateTo(k, task.number, from, target), target);
}

/** socketpair(2) of Unix stream sockets; the two descriptors are written. */
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
  return done(right.k, 0, [{
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
  too_many: ["EINVAL", "more than 253 descriptors in one message"],
  bad_sent_fd: ["EBADF", "a descriptor to be sent is not open"],
  no_peer: ["EPIPE", "the other end is closed"],
  full: ["EAGAIN", "278 messages wait at the other end, which is what the send buffer holds"],
  in_flight: [
    "ETOOMANYREFS",
    "more than RLIMIT_NOFILE descriptors of the caller's uid are in flight, and the caller has neither CAP_SYS_RESOURCE nor CAP_SYS_ADMIN",
  ],
});

const SCM_MAX_FD = 253;
/** Messages of one byte until the send buffer of 212992 bytes (`net.core.wmem_default`) is full. */
const SEND_BUFFER = 278;

export function send(k: Kernel, task: Task, fd: number, fds: readonly number[]): Outcome {
  const slot = task.fds.get(fd >>> 0);
  if (slot === undefined) return refuse(k, SEND.bad_fd);
  const { object } = k.files.get(slot.file)!;
  if (object.of === "inode" && object.path) return refuse(k, SEND.bad_fd);
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
  const receiver = k.sockets.get(peer)!;
  if (receiver.queue.length >= SEND_BUFFER) return refuse(k, SEND.full);
  const { uid } = task.cred;
  if (files.length > 0 && tooManyInFlight(k, task)) return refuse(k, SEND.in_flight);
  const held = files.reduce(holdFile, k);
  const queue: Message[] = [...receiver.queue, { files, uid }];
  return done({ ...held, sockets: held.sockets.set(peer, { ...receiver, queue }) }, 1);
}

/** `too_many_unix_fds`: the limit is on what was in flight before the message. */
function tooManyInFlight(k: Kernel, { cred, limits }: Task): boolean {
  if (capable(cred, "CAP_SYS_RESOURCE") || capable(cred, "CAP_SYS_ADMIN")) return false;
  let flying = 0;
  for (const { queue } of k.sockets.values()) {
    for (const { files, uid } of queue) if (uid === cred.uid) flying += files.length;
  }
  return flying > limits.nofile;
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
  if (object.of === "inode" && object.path) return refuse(k, RECV.bad_fd);
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
  return done(withTask(k, { ...task, fds: task.fds.set(fd >>> 0, { ...slot, cloexec }) }));
}
