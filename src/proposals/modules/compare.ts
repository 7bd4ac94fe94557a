/** One scenario on the three ways, question by question: the rows of a table. */
import type { Compared, Comparison } from "../designs/comparison.ts";
import { propose } from "../proposal.ts";
import { loadOps } from "./load.ts";
import { MODULES } from "./proposal.ts";
import { type M, type Way, WAYS } from "./ways.ts";

const NAME = "mytcp";
const [ADMIN, LOADER] = [0, 1];
const FIRST = 3;

/** An administrator, task 0, among some maps of others, and a loader, task 1. */
function begin(others = 0): M {
  const map = { map_type: 2, key_size: 4, value_size: 4, max_entries: 1 };
  const start = propose(MODULES, "6.18").fork().fork();
  const more = Array.from({ length: others }).reduce<M>(
    (m) => m.bpf("MAP_CREATE", map),
    start.as(2),
  );
  return more.as(LOADER);
}

function loaded(m = begin()): M {
  return loadOps(m.as(LOADER));
}

function registered(way: Way, m = loaded()): M {
  return way.steps.reduce((now, step) => step(now.as(LOADER), FIRST, NAME), m);
}

/** What a call says that another does not return: 0 or a descriptor, or the rule. */
function said({ result }: M): string {
  if (typeof result === "number") return "done";
  return typeof result === "object" && result.kind === "refusal" ? result.rule.id : "unmodelled";
}

function left(m: M): string {
  const count = m.progIds.length;
  const taken = m.as(ADMIN).call({ op: "tcp_socket" });
  const use = taken.call({ op: "set_congestion", fd: Number(taken.result), name: NAME });
  const can = use.result === 0 ? "registered" : "not registered";
  return count === 0 ? "nothing" : `${count} programs, ${can}`;
}

function crash(m: M): M {
  return m.as(LOADER).exit().as(ADMIN);
}

/** A socket of the administrator's that uses what is registered, at descriptor 3. */
function used(way: Way): M {
  const m = registered(way).as(ADMIN).call({ op: "tcp_socket" });
  return m.call({ op: "set_congestion", fd: FIRST, name: NAME });
}

function nameOfSocket(m: M): string {
  const { name } = m.as(ADMIN).call({ op: "get_congestion", fd: FIRST }).out;
  return name instanceof Uint8Array ? String.fromCharCode(...name) : "";
}

function removed(way: Way, from: M, wait: boolean): M | undefined {
  const { m, handle } = way.search(from.as(ADMIN), NAME);
  return handle === undefined ? undefined : way.remove(m, NAME, handle, wait);
}

/** Everything is let go of but the socket. */
function removedAndLeft(way: Way): M | undefined {
  const { m, handle } = way.search(used(way).as(ADMIN), NAME);
  if (handle === undefined) return undefined;
  const gone = way.remove(m, NAME, handle, true);
  const closed = typeof handle === "number" ? gone.close(handle) : gone;
  return closed.as(LOADER).exit().as(ADMIN);
}

/** The steps to a map that is filled: BTF, the map, its value. */
const FILLED = 3;

interface Question {
  readonly id: string;
  answer(way: Way): string;
}

const OTHERS = 5;

const QUESTIONS: readonly Question[] = [
  {
    id: "calls to register, beside the programs",
    answer: (way) => String(registered(way).trail.length - loaded().trail.length),
  },
  {
    id: "left if the loader dies before the last of them",
    answer: (way) => {
      const before = way.steps.slice(0, -1)
        .reduce((m, step) => step(m.as(LOADER), FIRST, NAME), loaded());
      return left(crash(before));
    },
  },
  {
    id: "left if the loader dies after it",
    answer: (way) => left(crash(registered(way))),
  },
  {
    id: "calls to find it then, among 5 other maps",
    answer: (way) => {
      const after = crash(registered(way, loaded(begin(OTHERS))));
      const { m, handle } = way.search(after, NAME);
      const count = m.trail.length - after.trail.length;
      return handle === undefined ? `it is not there (${count})` : String(count);
    },
  },
  {
    id: "removing it then",
    answer: (way) => {
      const gone = removed(way, crash(registered(way)), false);
      if (gone === undefined) return "nothing is to be removed";
      const m = gone.exit();
      return `${said(gone)}; then ${m.progIds.length} programs`;
    },
  },
  {
    id: "removing it while a socket uses it",
    answer: (way) => {
      const gone = removed(way, used(way), false);
      return gone === undefined ? "it is not there" : said(gone);
    },
  },
  {
    id: "and without waiting for the socket",
    answer: (way) => {
      const gone = removedAndLeft(way);
      if (gone === undefined) return "it is not there";
      return `the socket keeps ${nameOfSocket(gone)}, ${gone.progIds.length} programs`;
    },
  },
  {
    id: "a new socket asks for the name then",
    answer: (way) => {
      const gone = removedAndLeft(way);
      if (gone === undefined) return "it is not there";
      const next = gone.call({ op: "tcp_socket" });
      return said(next.call({ op: "set_congestion", fd: Number(next.result), name: NAME }));
    },
  },
  {
    id: "another loader registers the name then",
    answer: (way) => {
      const gone = removedAndLeft(way);
      return gone === undefined ? "it is not there" : said(registeredAgain(way, gone));
    },
  },
  {
    id: "when the socket is closed",
    answer: (way) => {
      const closed = removedAndLeft(way)?.close(FIRST);
      return closed === undefined ? "it is not there" : `${closed.progIds.length} programs`;
    },
  },
  {
    id: "another loader registers the name while it is there",
    answer: (way) => said(registeredAgain(way, registered(way))),
  },
  {
    id: "another version takes its place without a gap",
    answer: (way) => {
      if (!way.added.includes("BPF_LINK_UPDATE")) return "no command for it";
      const link_fd = FIRST + 5;
      const next = way.steps.slice(0, FILLED).reduce(
        (m, step) => step(m, link_fd + 1, NAME),
        loadOps(registered(way)),
      );
      const updated = next.bpf("LINK_UPDATE", { link_fd, new_map_fd: link_fd + 5 });
      return said(updated);
    },
  },
  {
    id: "new commands",
    answer: ({ added }) => added.length === 0 ? "0" : `${added.length}: ${added.join(", ")}`,
  },
  { id: "new kinds", answer: ({ kinds }) => kinds.join(", ") },
];

/** The third task, which shares nothing, registers under the same name, until it is refused. */
function registeredAgain(way: Way, m: M): M {
  const other = loadOps(m.as(2));
  return way.steps.reduce(
    (now, step) => typeof now.result === "number" ? step(now.as(2), FIRST, NAME) : now,
    other,
  );
}

function compareWays(): Compared {
  return {
    name: "modules",
    columns: WAYS.map(({ id }) => id),
    rows: QUESTIONS.map(({ id, answer }) => ({
      property: id,
      cells: Object.fromEntries(WAYS.map((way) => [way.id, answer(way)])),
    })),
  };
}

export const MODULES_COMPARED: Comparison = { name: "modules", run: compareWays };
