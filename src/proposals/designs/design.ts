/**
 * Designs side by side: each gives objects names in its own way, and all are put to the same
 * questions. What a design does is done on its own machine, with its own calls.
 */
import type { BootOptions } from "../../machine/boot.ts";
import type { Machine } from "../../machine/machine.ts";

/** How a design gives an object a name that others find it by. */
export interface Design<C extends { readonly op: string }> {
  /** The head of its column. */
  readonly id: string;
  readonly title: string;
  /** Commands and system calls that it is made of, beside those of maps and programs. */
  readonly added: readonly string[];
  /** A machine with two tasks that share nothing of the object: 0 makes it, 1 comes by later. */
  boot(options?: BootOptions): Machine<C>;
  /** Makes an object; the result is a descriptor of it. */
  create(m: Machine<C>): Machine<C>;
  /** The steps by which an object gets a name, each a call or two that one task makes. */
  readonly naming: readonly ((m: Machine<C>, fd: number, name: string) => Machine<C>)[];
  /** Lets other users have it, as far as the design has a way to say so. */
  share(m: Machine<C>, name: string): Machine<C>;
  /** Gets at the object by its name. */
  find(m: Machine<C>, name: string): Found<C>;
  /** Takes the name away. */
  unname(m: Machine<C>, name: string): Machine<C>;
  /** The names that a walk finds, as the kernel keeps them. */
  names(m: Machine<C>): readonly string[];
  /** Whether the object of a machine that had one is still there. */
  alive(m: Machine<C>): boolean;
  /** What the kernel keeps beside inodes, superblocks and open files, by what it is called. */
  own?(m: Machine<C>): Readonly<Record<string, number>>;
}

/** What came of looking for an object by its name. */
export interface Found<C extends { readonly op: string }> {
  readonly m: Machine<C>;
  /** A descriptor; undefined where there is none, and the last call of the machine says why. */
  readonly fd: number | undefined;
}

/** What a last call fetched. */
export function foundBy<C extends { readonly op: string }>(m: Machine<C>): Found<C> {
  return { m, fd: typeof m.result === "number" ? m.result : undefined };
}

/** A design whose calls nobody needs to know: it is handed to who asks for it. */
export type AnyDesign = <R>(ask: <C extends { readonly op: string }>(design: Design<C>) => R) => R;

export function anyDesign<C extends { readonly op: string }>(design: Design<C>): AnyDesign {
  return (ask) => ask(design);
}

/** The map that the designs give names to. */
export const MAP = { map_type: 1, key_size: 4, value_size: 4, max_entries: 4 } as const;

/** A descriptor that the last call gave; -1, which is none, where it gave none. */
export function fdOf<C extends { readonly op: string }>({ result }: Machine<C>): number {
  return typeof result === "number" ? result : -1;
}

/** The names on file systems of a type, as a walk through them tells. */
export function namesOn<C extends { readonly op: string }>(
  { kernel: { fs } }: Machine<C>,
  type: "bpf" | "tmpfs",
): readonly string[] {
  return Array.from(fs.inodes.values()).flatMap(({ node, sb }) =>
    node.kind === "dir" && fs.superblocks.get(sb)?.type === type
      ? Array.from(node.entries.keys())
      : []
  );
}
