/** What the prelude module says about itself, as plain data to hold tables against. */

/** From which to which kernel something lives; absent ends are open. */
export interface Span {
  readonly since?: string;
  readonly until?: string;
}

/** A rule of the model, as `RULES` exports them. */
export interface RuleFact extends Span {
  readonly id: string;
  readonly errno: string;
  readonly when: string;
}

export interface FieldFact extends Span {
  readonly name: string;
  readonly kind: string;
  readonly offset: number;
  readonly size: number;
}

/** A command, as `COMMANDS` exports them. */
export interface CommandFact {
  readonly name: string;
  readonly number: number;
  readonly fields: readonly FieldFact[];
  /** Where the checked tail starts, by version; absent says that every field belongs to it. */
  readonly end?: Readonly<Record<string, number>>;
}

/** A change between kernels, as `DELTAS` exports them. */
export interface DeltaFact extends Span {
  readonly id: string;
  /** Whose history it belongs to. */
  readonly owner: string;
  readonly what: string;
}

/** A claim of the discussion and what its check found, as `CLAIMS` exports them. */
export interface ClaimFact {
  readonly id: string;
  /** The text that makes it. */
  readonly source: string;
  readonly says: string;
  readonly verdict: string;
  /** What the check says of the claim; the same as `verdict` where all is well. */
  readonly found: string;
  /** In how many cases it holds, or the shortest counterexample. */
  readonly finding: string;
}

/** A comparison and what each of its properties found, as `COMPARISONS` exports them. */
export interface ComparisonFact {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly property: string;
    /** By column. */
    readonly cells: Readonly<Record<string, string>>;
  }[];
}

export interface CodeFacts {
  /** Every exported number, and every number directly in an exported plain object (`ERRNO.EPERM`). */
  readonly numbers: ReadonlyMap<string, number | bigint>;
  readonly rules: readonly RuleFact[];
  readonly commands: readonly CommandFact[];
  readonly deltas: readonly DeltaFact[];
  /** Absent where nobody asked for them: each is checked when it is read. */
  readonly claims?: readonly ClaimFact[];
  /** Absent as claims are: each is run when it is read. */
  readonly comparisons?: readonly ComparisonFact[];
}

/** Reads the facts from a module's exports; what a module does not export is empty. */
export function factsOf(
  module: Readonly<Record<string, unknown>>,
  { claims = true }: { readonly claims?: boolean } = {},
): CodeFacts {
  return {
    numbers: numbersOf(module),
    rules: [...listOf(module, "RULES"), ...listOf(module, "PROPOSAL_RULES")].map(ruleOf),
    commands: listOf(module, "COMMANDS").map(commandOf),
    deltas: listOf(module, "DELTAS").map(deltaOf),
    ...(claims && {
      claims: listOf(module, "CLAIMS").map(claimOf),
      comparisons: listOf(module, "COMPARISONS").map(comparisonOf),
    }),
  };
}

type Item = Readonly<Record<string, unknown>>;

function listOf(module: Item, name: string): readonly Item[] {
  const list = module[name] ?? [];
  if (Array.isArray(list)) return list;
  throw new TypeError(`the prelude's ${name} is no array`);
}

function numbersOf(module: Item): Map<string, number | bigint> {
  const numbers = new Map<string, number | bigint>();
  for (const [name, value] of Object.entries(module)) {
    if (isNumber(value)) numbers.set(name, value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    for (const [inner, each] of Object.entries(value)) {
      if (isNumber(each)) numbers.set(`${name}.${inner}`, each);
    }
  }
  return numbers;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function spanOf({ since, until }: Item): Span {
  return {
    ...(since !== undefined && { since: String(since) }),
    ...(until !== undefined && { until: String(until) }),
  };
}

function ruleOf(item: Item): RuleFact {
  return {
    id: String(item.id),
    errno: String(item.errno),
    when: String(item.when),
    ...spanOf(item),
  };
}

function commandOf(item: Item): CommandFact {
  const fields = (item.fields as readonly Item[]).map((field) => ({
    name: String(field.name),
    kind: String(field.kind),
    offset: Number(field.offset),
    size: Number(field.size),
    ...spanOf(field),
  }));
  const end = item.end as Readonly<Record<string, number>> | undefined;
  return { name: String(item.name), number: Number(item.number), fields, ...(end && { end }) };
}

function deltaOf(item: Item): DeltaFact {
  const id = String(item.id);
  const owner = String(item.owner ?? item.command ?? ownerOf(id));
  return { id, owner, what: String(item.what), ...spanOf(item) };
}

/** Makes the check of a claim. */
function claimOf(item: Item): ClaimFact {
  const [id, source, says] = [String(item.id), String(item.source), String(item.says)];
  const { holds, cases, counterexample } = (item.check as () => Item)();
  const finding = holds
    ? `${cases} ${cases === 1 ? "case" : "cases"}`
    : (counterexample as readonly string[]).join("; ");
  const found = holds ? "holds" : "fails";
  return { id, source, says, verdict: String(item.verdict), found, finding };
}

/** Runs the properties of a comparison. */
function comparisonOf(item: Item): ComparisonFact {
  return (item.run as () => ComparisonFact)();
}

/** The owner of a rule or change id: `MAP_FREEZE` of `MAP_FREEZE/frozen`. */
export function ownerOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf("/")));
}
