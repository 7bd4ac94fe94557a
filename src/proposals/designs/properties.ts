/** The questions that designs are put to; each is a run, and its answer a cell of the table. */
import { CLONE_NEWNS } from "../../abi/mount_flags.ts";
import { bpfCapable } from "../../kernel/capabilities.ts";
import type { Machine } from "../../machine/machine.ts";
import { type Design, fdOf } from "./design.ts";

type Op = { readonly op: string };

export interface Property {
  readonly id: string;
  /** The question, in one line. */
  readonly asks: string;
  answer<C extends Op>(design: Design<C>): string;
}

/** The name that is given in most runs; the daemon reads the place in its list from it. */
const NAME = "m0";

/** A machine on which task 0 made an object and gave it a name. */
function named<C extends Op>(design: Design<C>, m = design.boot().as(0), name = NAME): Machine<C> {
  const made = design.create(m);
  return design.naming.reduce((now, step) => step(now, fdOf(made), name), made);
}

function succeeded<C extends Op>({ result }: Machine<C>): boolean {
  return typeof result === "number";
}

/** What a call that should have succeeded says of why it did not. */
function why<C extends Op>({ result }: Machine<C>): string {
  if (typeof result === "object" && result.kind === "refusal") return result.rule.id;
  return "unmodelled";
}

/** Every task but one that could still hold something exits. */
function allExit<C extends Op>(m: Machine<C>, but: number): Machine<C> {
  const alive = Array.from(m.kernel.tasks.values()).filter((task) => task.alive);
  const others = alive.filter(({ number }) => number !== but);
  return others.reduce((now, { number }) => now.as(number).exit(), m).as(but);
}

function survivesMaker<C extends Op>(design: Design<C>): string {
  const left = named(design).as(0).exit().as(1);
  return design.find(left, NAME).fd !== undefined ? "yes" : "no";
}

function survivesAll<C extends Op>(design: Design<C>): string {
  const left = allExit(named(design), 1);
  return design.find(left, NAME).fd !== undefined ? "yes" : "no";
}

/** A reader has it open; the name goes, and the maker with it. */
function survivesUnname<C extends Op>(design: Design<C>): string {
  const opened = design.find(named(design).as(1), NAME);
  const unnamed = design.unname(opened.m.as(0), NAME);
  if (!succeeded(unnamed)) return `the name stays: ${why(unnamed)}`;
  const held = unnamed.as(0).exit().as(1);
  const closed = held.close(opened.fd ?? -1);
  if (design.alive(closed)) return "yes, and for good";
  return design.alive(held) ? "yes" : "no";
}

/** Nobody has it open any more and the name is taken away. */
function freed<C extends Op>(design: Design<C>): string {
  const left = named(design).as(0);
  const holders = left.fork();
  const child = holders.result as number;
  const unnamed = design.unname(holders.as(0).exit().as(child), NAME).exit();
  return design.alive(unnamed) ? "no" : "yes";
}

function unprivilegedNames<C extends Op>(design: Design<C>): string {
  const open = { config: { unprivileged_bpf_disabled: 0 } } as const;
  const user = design.boot(open).as(0).setuid(1000);
  const { cred } = user.kernel.tasks.get(0)!;
  if (bpfCapable(cred)) return "not run";
  const made = design.create(user);
  if (!succeeded(made)) return `no object: ${why(made)}`;
  const last = design.naming.reduce((now, step) => step(now, fdOf(made), NAME), made);
  const refused = last.trail.find(({ answer, task }) => task === 0 && answer.kind === "refusal");
  if (refused?.answer.kind === "refusal") return `no: ${refused.answer.rule.id}`;
  return design.find(last.as(0), NAME).fd !== undefined ? "yes" : "no";
}

function unprivilegedFetches<C extends Op>(design: Design<C>): string {
  const shared = design.share(named(design).as(0), NAME);
  const fetched = design.find(shared.as(1).setuid(1000), NAME);
  return fetched.fd === undefined ? `no: ${why(fetched.m)}` : "yes";
}

/** Who was in a mount namespace of its own before the name was given: does it find it? */
function seenElsewhere<C extends Op>(design: Design<C>): string {
  const left = design.boot().as(1).unshare(CLONE_NEWNS);
  const { m, fd } = design.find(named(design, left.as(0)).as(1), NAME);
  return fd === undefined ? `no: ${why(m)}` : "yes";
}

/** The maker dies after each step of naming but the last: what stays? */
function crashSafe<C extends Op>(design: Design<C>): string {
  const found = new Set<string>();
  const made = design.create(design.boot().as(0));
  let now = made;
  for (const step of design.naming) {
    const crashed = now.as(0).exit().as(1);
    const names = design.names(crashed).length;
    if (names > 0) found.add("a name of nothing stays");
    if (names === 0 && design.alive(crashed)) found.add("the object stays without a name");
    now = step(now, fdOf(made), NAME);
  }
  return found.size === 0 ? "nothing stays" : Array.from(found).join("; ");
}

const MANY = 10;

/** A machine on which a number of objects have names. */
function many<C extends Op>(design: Design<C>): Machine<C> {
  return Array.from({ length: MANY }).reduce<Machine<C>>(
    (m, _, i) => named(design, m.as(0), `m${i}`),
    design.boot().as(0),
  );
}

function iterates<C extends Op>(design: Design<C>): string {
  const found = design.names(many(design));
  const wanted = Array.from({ length: MANY }, (_, i) => `m${i}`);
  return wanted.every((name) => found.includes(name)) ? "all names" : "no names";
}

type Counts = Readonly<Record<string, number>>;

function counts<C extends Op>(design: Design<C>, m: Machine<C>): Counts {
  return {
    inode: m.kernel.fs.inodes.size,
    superblock: m.kernel.fs.superblocks.size,
    descriptor: Array.from(m.kernel.tasks.values()).reduce((sum, { fds }) => sum + fds.size, 0),
    "open file": m.kernel.files.size,
    ...design.own?.(m),
  };
}

/** What the kernel keeps for a name when the maker is gone, beside the object. */
function cost<C extends Op>(design: Design<C>): string {
  const before = counts(design, design.boot().as(0).exit());
  const after = counts(design, many(design).as(0).exit());
  const more = Object.entries(after).map(([what, n]) => [what, (n - (before[what] ?? 0)) / MANY]);
  const kept = more.filter(([, n]) => Number(n) > 0).map(([what, n]) => `${n} ${what}`);
  return kept.length === 0 ? "nothing" : kept.join(", ");
}

function calls<C extends Op>(design: Design<C>): string {
  const made = design.create(design.boot().as(0));
  const last = design.naming.reduce((now, step) => step(now, fdOf(made), NAME), made);
  const fetched = design.find(last.as(1), NAME);
  const naming = last.trail.length - made.trail.length;
  return `${naming} and ${fetched.m.trail.length - last.trail.length}`;
}

export const PROPERTIES: readonly Property[] = [
  {
    id: "survives its maker",
    asks: "the maker exits: another finds the object",
    answer: survivesMaker,
  },
  {
    id: "survives all processes",
    asks: "everybody who held it exits: another finds the object",
    answer: survivesAll,
  },
  {
    id: "survives unlink while open",
    asks: "the name is taken away while a reader has the object",
    answer: survivesUnname,
  },
  {
    id: "freed without name",
    asks: "the name is taken away and nobody has it: it is gone",
    answer: freed,
  },
  {
    id: "named by unprivileged users",
    asks: "a user without capabilities gives a name, where users may make objects",
    answer: unprivilegedNames,
  },
  {
    id: "fetched by unprivileged users",
    asks: "a user without capabilities fetches what is shared with all",
    answer: unprivilegedFetches,
  },
  {
    id: "seen in another mount namespace",
    asks: "one made before the name was given",
    answer: seenElsewhere,
  },
  {
    id: "crash before the name",
    asks: "the maker dies between making and the end of naming",
    answer: crashSafe,
  },
  { id: "iteration", asks: "a walk finds the names", answer: iterates },
  { id: "kept for each name", asks: "what the kernel keeps for a name", answer: cost },
  { id: "calls to name and to fetch", asks: "calls of all parties", answer: calls },
  {
    id: "new commands",
    asks: "commands and system calls that the design is made of",
    answer: ({ added }) => added.length === 0 ? "0" : `${added.length}: ${added.join(", ")}`,
  },
];
