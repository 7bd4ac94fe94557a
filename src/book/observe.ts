/**
 * Learns every path of calls that an example makes.
 *
 * A machine is told by its shape: it has a `trail` of steps, and an `answer`. Trails are kept as a
 * tree, so that the leaves are the machines whose trail is not the start of another one's, and two
 * examples that make the same calls from the same boot are one path.
 */
import { asRefusal, asUnmodelled } from "./show.ts";
import type { PathRecord } from "./wire.ts";

/** A machine as the public face gives it to `watch`. */
export interface MachineLike {
  readonly trail: readonly object[];
  readonly answer?: unknown;
}

interface BootOptions {
  readonly watch?: (machine: MachineLike) => void;
  readonly [option: string]: unknown;
}

type Boot = (version: string, options?: BootOptions) => unknown;
type Propose = (proposal: unknown, version: string, options?: BootOptions) => unknown;

interface Branch {
  readonly next: Map<string, Branch>;
  readonly step?: object;
  readonly up?: Branch;
  readonly root: Root;
  line: number;
}

interface Root {
  readonly version: string;
  readonly options: unknown;
}

export class Observer {
  readonly #roots = new Map<string, Branch>();
  /** Where a step object was put, to find the parent of a longer trail at once. */
  readonly #known = new WeakMap<object, Branch>();
  readonly #rules = new Map<string, { id: string; line: number }>();
  readonly #unmodelled: { what: string; line: number }[] = [];
  #calls = 0;

  constructor(private readonly line: () => number) {}

  /** A `boot` whose machines report here as well as to the caller's own `watch`. */
  wrap(boot: Boot): Boot {
    return (version, options = {}) => {
      const { watch, ...rest } = options;
      const root = this.#root(version, rest);
      return boot(version, {
        ...options,
        watch: (machine) => {
          this.#saw(root, machine);
          watch?.(machine);
        },
      });
    };
  }

  /** The same for `propose`, whose machines are none of Linux's: their calls are no paths. */
  wrapProposal(propose: Propose): Propose {
    return (proposal, version, options = {}) =>
      propose(proposal, version, {
        ...options,
        watch: (machine) => {
          this.#noted(machine);
          options.watch?.(machine);
        },
      });
  }

  #root(version: string, options: unknown): Branch {
    const key = `${version} ${keyOf(options)}`;
    const found = this.#roots.get(key);
    if (found !== undefined) return found;
    const made = { next: new Map(), root: { version, options }, line: this.line() };
    this.#roots.set(key, made);
    return made;
  }

  #saw(root: Branch, machine: MachineLike): void {
    this.#add(root, machine.trail, this.line());
    this.#noted(machine);
  }

  #noted(machine: MachineLike): void {
    this.#calls++;
    const line = this.line();
    const rule = asRefusal(machine.answer)?.rule.id;
    if (rule !== undefined) this.#rules.set(`${rule} ${line}`, { id: rule, line });
    const unmodelled = asUnmodelled(machine.answer);
    if (unmodelled !== undefined) this.#unmodelled.push({ what: unmodelled.what, line });
  }

  #add(root: Branch, trail: readonly object[], line: number): void {
    const before = trail.length > 1 ? this.#known.get(trail[trail.length - 2]) : undefined;
    let branch = before?.root === root.root ? before : root;
    for (const step of branch === root ? trail : trail.slice(-1)) {
      const key = keyOf(step);
      let next = branch.next.get(key);
      if (next === undefined) {
        next = { next: new Map(), step, up: branch, root: root.root, line };
        branch.next.set(key, next);
      }
      this.#known.set(step, next);
      branch = next;
    }
  }

  /** The paths to every leaf. */
  paths(): PathRecord[] {
    const found: PathRecord[] = [];
    const open = Array.from(this.#roots.values()).reverse();
    for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
      open.push(...Array.from(branch.next.values()).reverse());
      if (branch.next.size > 0 || branch.step === undefined) continue;
      const { version, options } = branch.root;
      found.push({ line: branch.line, version, options, trail: trailOf(branch) });
    }
    return found;
  }

  get rules(): readonly { readonly id: string; readonly line: number }[] {
    return Array.from(this.#rules.values());
  }

  get unmodelled(): readonly { readonly what: string; readonly line: number }[] {
    return this.#unmodelled;
  }

  get calls(): number {
    return this.#calls;
  }
}

function trailOf(leaf: Branch): object[] {
  const steps: object[] = [];
  for (let at: Branch | undefined = leaf; at?.step !== undefined; at = at.up) steps.push(at.step);
  return steps.reverse();
}

/** Text that is the same for equal plain data. */
function keyOf(data: unknown): string {
  return JSON.stringify(data, (_, value) => {
    if (typeof value === "bigint") return `${value}n`;
    if (value instanceof Uint8Array) return `bytes ${Array.from(value).join(" ")}`;
    return value === undefined ? "undefined" : value;
  }) ?? "undefined";
}
