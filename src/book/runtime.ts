/** What the run text of a section talks to while it executes. */
import { isEqual } from "./compare.ts";
import type { Claim } from "./expectations.ts";
import { Observer } from "./observe.ts";
import { asRefusal, asUnmodelled, isMachine, isPrintable, show, type ShowOptions } from "./show.ts";
import type { Judgement, Reply, SectionDone, SiteSummary, Thrown } from "./wire.ts";

/** What an expectation saw up to now. */
interface Site {
  reached: number;
  failed: number;
  /** What each time would have been true; undefined is a value that cannot be written down. */
  readonly truths: Set<string | undefined>;
}

/** Characters of an actual value that a failure shows at most. */
const SHOWN = 10_000;

export class Runtime {
  #claims: readonly Claim[] = [];
  #sites: Site[] = [];
  #line = 1;
  #observer = new Observer(() => this.#line);

  constructor(
    private readonly send: (reply: Reply) => void,
    private readonly options: () => ShowOptions,
  ) {}

  /** Starts a section. */
  begin(claims: readonly Claim[]): void {
    this.#claims = claims;
    this.#sites = claims.map(() => ({ reached: 0, failed: 0, truths: new Set() }));
    this.#line = 1;
    this.#observer = new Observer(() => this.#line);
  }

  get line(): number {
    return this.#line;
  }

  /** A statement of the section's top level starts. */
  at(line: number): void {
    this.#line = line;
    this.send({ kind: "at", line });
  }

  /** Wraps `boot`; each machine reports to the section that runs then. */
  observe(boot: unknown): (...args: unknown[]) => unknown {
    return (...args) =>
      (this.#observer.wrap(boot as never) as (...args: unknown[]) => unknown)(...args);
  }

  /** Wraps `propose` alike: what a proposal's machines do is no path of a kernel. */
  observeProposal(propose: unknown): (...args: unknown[]) => unknown {
    return (...args) =>
      (this.#observer.wrapProposal(propose as never) as (...args: unknown[]) => unknown)(...args);
  }

  /** Judges a value; `expected` is there for the claim `value`. */
  expect(id: number, actual: unknown, expected?: () => unknown): void {
    const claim = this.#claims[id];
    const truth = this.#truth(actual);
    if (claim.kind === "value") {
      let value: unknown;
      try {
        value = expected?.();
      } catch (error) {
        return this.#judge(id, truth, {
          message: `the expected value threw ${nameOf(error)}: ${messageOf(error)}`,
        });
      }
      if (isEqual(actual, value)) return this.#judge(id, truth);
      return this.#wrong(id, show(value, this.options()), actual, truth);
    }
    if (claim.kind === "unmodelled" && asUnmodelled(actual) !== undefined) {
      return this.#judge(id, "unmodelled");
    }
    if (claim.kind === "refusal" && agrees(claim, actual)) return this.#judge(id, truth);
    this.#wrong(id, claimText(claim), actual, truth);
  }

  throws(id: number, example: () => unknown): void {
    let value: unknown;
    try {
      value = example();
    } catch (error) {
      return this.#threw(id, error);
    }
    this.#wrong(id, claimText(this.#claims[id]), value, this.#truth(value));
  }

  async throwsLater(id: number, example: () => Promise<unknown>): Promise<void> {
    let value: unknown;
    try {
      value = await example();
    } catch (error) {
      return this.#threw(id, error);
    }
    this.#wrong(id, claimText(this.#claims[id]), value, this.#truth(value));
  }

  #threw(id: number, error: unknown): void {
    const claim = this.#claims[id] as Claim & { kind: "throws" };
    const [name, message] = [nameOf(error), messageOf(error)];
    const agreed = name === claim.name && message.includes(claim.part ?? "");
    const truth = `${name}: ${message.split("\n")[0]}`.replace(/:\s*$/, "");
    if (agreed) return this.#judge(id, claimText(claim));
    this.#judge(id, /^[A-Z][\w$]*(:|$)/.test(truth) ? truth : undefined, {
      message: "it threw something else",
      expected: `throws ${claimText(claim)}`,
      actual: `throws ${name}: ${message}`,
    });
  }

  #wrong(id: number, expected: string, actual: unknown, truth: string | undefined): void {
    const rule = asRefusal(actual)?.rule;
    const claim = this.#claims[id];
    this.#judge(id, claim.kind === "throws" ? undefined : truth, {
      message: claim.kind === "throws" ? "it did not throw" : hint(actual),
      expected: claim.kind === "throws" ? `throws ${expected}` : expected,
      actual: this.#shown(actual),
      ...(rule && { rule: rule.when === undefined ? rule.id : `${rule.id}: ${rule.when}` }),
    });
  }

  #shown(actual: unknown): string {
    const what = asUnmodelled(actual)?.what;
    if (what !== undefined) return `unmodelled (${what})`;
    const text = show(actual, this.options());
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
  }

  #truth(actual: unknown): string | undefined {
    const isWritable = asRefusal(actual) !== undefined || asUnmodelled(actual) !== undefined ||
      isPrintable(actual);
    return isWritable ? show(actual, this.options()) : undefined;
  }

  #judge(id: number, truth: string | undefined, wrong?: Omit<Judgement, "id">): void {
    const site = this.#sites[id];
    site.reached++;
    site.truths.add(truth);
    if (wrong === undefined) return;
    site.failed++;
    if (site.failed === 1) this.send({ kind: "judged", id, ...wrong });
  }

  /** Ends the section. */
  end(milliseconds: number, thrown: readonly Thrown[]): SectionDone {
    const { rules, unmodelled, calls } = this.#observer;
    const sites = this.#sites.map(summary);
    const paths = this.#observer.paths();
    return { kind: "done", milliseconds, thrown, sites, paths, rules, unmodelled, calls };
  }
}

function summary({ reached, failed, truths }: Site): SiteSummary {
  const [truth] = truths;
  return { reached, failed, update: truths.size === 1 ? truth : undefined };
}

function agrees(claim: Claim & { kind: "refusal" }, actual: unknown): boolean {
  const refusal = asRefusal(actual);
  if (refusal?.errno !== claim.errno) return false;
  return claim.rule === undefined || refusal.rule.id === claim.rule;
}

export function claimText(claim: Claim): string {
  switch (claim.kind) {
    case "refusal":
      return claim.rule === undefined ? claim.errno : `${claim.errno} ${claim.rule}`;
    case "throws":
      return claim.part === undefined ? claim.name : `${claim.name}: ${claim.part}`;
    default:
      return claim.kind;
  }
}

function hint(actual: unknown): string {
  if (actual instanceof Promise) return "the value is a promise: `await` is missing";
  return isMachine(actual) ? "the value is a machine: ask for its `.result`" : "another value";
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}
