/** TCP sockets, as far as a congestion control that is used needs them. */
import { freeFd } from "../../kernel/fds.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import type { Congestion } from "../../kernel/registry.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { DUP } from "../../process/descriptors.ts";
import { openOwn, ownAt } from "../own_files.ts";
import { liveNamed, moduleAt, useCongestion } from "./life.ts";
import { TCP } from "./rules.ts";
import { type K, type Used, withModules } from "./state.ts";

/** What a socket begins with. */
const DEFAULT = "cubic";

export function tcpSocket(k: K, task: Task): Outcome {
  if (freeFd(task) === undefined) return refuse(k, DUP.fd_limit);
  const { files, sockets, nextSocket: socket } = k.proposed;
  const made = openOwn(k, task, files, { of: "tcp", socket })!;
  const next = withModules(made.k, {
    files: made.files,
    sockets: new Map(sockets).set(socket, { builtin: DEFAULT }),
    nextSocket: socket + 1,
  });
  return done(next, made.fd);
}

function socketAt(k: K, task: Task, fd: number): number | Rule {
  const file = ownAt(k, task, k.proposed.files, fd);
  if (file === undefined) return TCP.bad_fd;
  return file === "other" || file.of !== "tcp" ? TCP.not_socket : file.socket;
}

/** setsockopt(TCP_CONGESTION): the socket takes a congestion control by its name. */
export function setCongestion(k: K, task: Task, fd: number, name: string): Outcome {
  const socket = socketAt(k, task, fd);
  if (typeof socket === "object") return refuse(k, socket);
  const known = k.congestion.find((each) => each.name === name);
  if (known !== undefined) return done(useCongestion(k, socket, usedOf(known)));
  const module = liveNamed(k, name);
  if (module === undefined) return refuse(k, TCP.absent);
  return done(useCongestion(k, socket, { module: module.id }));
}

function usedOf({ name, map }: Congestion): Used {
  return map === undefined ? { builtin: name } : { map, name };
}

/** getsockopt(TCP_CONGESTION): the name of what the socket uses, which it does after the name went. */
export function getCongestion(k: K, task: Task, fd: number): Outcome {
  const socket = socketAt(k, task, fd);
  if (typeof socket === "object") return refuse(k, socket);
  const used = k.proposed.sockets.get(socket)!;
  const name = "module" in used
    ? moduleAt(k, used.module).name
    : "map" in used
    ? used.name
    : used.builtin;
  return done(k, 0, [{ field: "name", offset: 0, bytes: name }]);
}
