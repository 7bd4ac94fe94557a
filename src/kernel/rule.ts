import type { ErrnoName } from "../abi/errno.ts";
import type { Version } from "./version.ts";

/**
 * One reason for which a call is refused. Its id is public and stable: heading anchors, evidence,
 * coverage and `explain` are keyed by it.
 */
export interface Rule {
  /** `COMMAND/reason`, for example `MAP_FREEZE/frozen`. */
  readonly id: string;
  readonly errno: ErrnoName;
  /** The condition, in one line of plain English; the book's row says the same. */
  readonly when: string;
  /** The first of the five kernels that has the rule; absent where all have. */
  readonly since?: Version;
  /** The last of the five kernels that has the rule; absent where the newest still has. */
  readonly until?: Version;
}

/** What a command's table gives for one rule: errno, condition, and the kernels that have it. */
export type RuleSpec = readonly [
  errno: ErrnoName,
  when: string,
  span?: { readonly since?: Version; readonly until?: Version },
];

/**
 * Declares the refusals of one owner (a command, a map type, the entry) in the kernel's order.
 * The keys' order is the order in which the checks stand in the code below the table.
 */
export function rules<T extends Readonly<Record<string, RuleSpec>>>(
  owner: string,
  table: T,
): { readonly [K in keyof T]: Rule } {
  const made: Record<string, Rule> = {};
  for (const [name, [errno, when, span]] of Object.entries(table)) {
    made[name] = { id: `${owner}/${name}`, errno, when, ...span };
  }
  return made as { readonly [K in keyof T]: Rule };
}
