/**
 * The prelude: the module whose exports are in scope of every example without an import.
 *
 * Its values are asked of the module itself, by the process that runs the examples. Its types leave
 * no trace at run time: they are the exported names in the text of a local module (and of the local
 * modules that it re-exports whole) that are no values.
 */
import type { CodeFacts } from "./facts.ts";
import { type Node, parseModule } from "./syntax.ts";

export interface Prelude {
  /** As imports name it: `bpfspec`, or an absolute URL; "" for no prelude. */
  readonly specifier: string;
  readonly values: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
  readonly facts: CodeFacts;
}

const NO_FACTS: CodeFacts = { numbers: new Map(), rules: [], commands: [], deltas: [] };

export const NO_PRELUDE: Prelude = {
  specifier: "",
  values: new Set(),
  types: new Set(),
  facts: NO_FACTS,
};

/** What the executing process tells about the prelude. */
export interface PreludeValues {
  readonly values: readonly string[];
  readonly facts: CodeFacts;
}

/** Puts together what the module said and what its text says; `url` is where its text is. */
export async function preludeFrom(
  specifier: string,
  url: string | undefined,
  { values, facts }: PreludeValues,
): Promise<Prelude> {
  const known = new Set(values);
  const names = url?.startsWith("file:") ? await exportedNames(new URL(url)) : [];
  const types = new Set(Array.from(names).filter((name) => !known.has(name)));
  return { specifier, values: known, types, facts };
}

/** The names that a local TypeScript module exports, values and types. */
async function exportedNames(url: URL, seen = new Set<string>()): Promise<Set<string>> {
  const names = new Set<string>();
  if (seen.has(url.href)) return names;
  seen.add(url.href);
  const { program } = parseModule(await Deno.readTextFile(url));
  for (const statement of program.body as readonly Node[]) {
    const source = statement.source as { readonly value: string } | null | undefined;
    if (statement.type === "ExportAllDeclaration" && source?.value.startsWith(".")) {
      const inner = await exportedNames(new URL(source.value, url), seen);
      inner.forEach((name) => names.add(name));
    } else if (statement.type === "ExportNamedDeclaration") {
      for (const each of (statement.specifiers ?? []) as readonly Node[]) {
        names.add(nameOf(each.exported as Node));
      }
      const declaration = statement.declaration as Node | null | undefined;
      if (declaration?.id) names.add(nameOf(declaration.id as Node));
    }
  }
  return names;
}

function nameOf(node: Node): string {
  return (node.name ?? node.value) as string;
}

/**
 * The module that the run text imports in the prelude's place: the same exports, but every machine
 * that its `boot` or its `propose` makes is watched.
 */
export function watchedPrelude(specifier: string, values: ReadonlySet<string>): string {
  const from = JSON.stringify(specifier);
  const book = `globalThis[Symbol.for("bpfspec.book")]`;
  const watched = Object.entries(WATCHED).filter(([name]) => values.has(name));
  return [
    ...watched.map(([name]) => `import { ${name} as unwatched_${name} } from ${from};`),
    `export * from ${from};`,
    ...watched.map(([name, by]) => `export const ${name} = ${book}.${by}(unwatched_${name});`),
    "",
  ].join("\n");
}

/** The exports that make machines, and who watches those. */
const WATCHED = { boot: "observe", propose: "observeProposal" } as const;
