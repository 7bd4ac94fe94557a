/** The arrows of the layout: who may import whom, and that the model stands on nothing of a host. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { posix } from "node:path";
import { codeOf, type Import, importsOf, sourcesIn } from "./sources.ts";

interface Layer {
  /** The other folders of src/ that it may import. */
  readonly on: readonly string[];
  /** Packages that it may import; after `type ` only their types. */
  readonly packages: readonly string[] | "any";
}

const BASE = ["kernel", "abi"];
const OBJECTS = ["maps", "programs", "bpffs", "process", "versions", "btf", "links"];
const CALLS = [...BASE, ...OBJECTS];

const LAYERS: Readonly<Record<string, Layer>> = {
  kernel: { on: BASE, packages: ["type immutable"] },
  abi: { on: BASE, packages: ["type immutable"] },
  ...Object.fromEntries(
    OBJECTS.map((name) => [name, { on: CALLS, packages: ["fp-ts", "immutable"] }]),
  ),
  commands: { on: CALLS, packages: ["fp-ts", "@noble/hashes"] },
  machine: { on: [...CALLS, "commands"], packages: ["immutable"] },
  proposals: { on: [...CALLS, "commands", "machine"], packages: ["fp-ts", "immutable"] },
  "mod.ts": { on: [...CALLS, "commands", "machine", "proposals"], packages: [] },
  book: { on: [], packages: "any" },
  oracle: { on: [], packages: "any" },
  cli: { on: ["book", "oracle"], packages: "any" },
};

/** The folders that make up the model: all but those that work with the public face. */
const TOOLS = ["book", "oracle", "cli"];
const MODEL = Object.keys(LAYERS).filter((name) => !TOOLS.includes(name));

/** `kernel` for src/kernel/radix.ts; `mod.ts` for src/mod.ts. */
function layerOf(path: string): string {
  return path.split("/")[1];
}

/** `fp-ts` for fp-ts/lib/Either.js, `@noble/hashes` for @noble/hashes/sha2.js. */
function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Why an import is against the layout; undefined where it is not. */
function wrong(path: string, { specifier, typeOnly }: Import): string | undefined {
  const name = layerOf(path);
  const layer = LAYERS[name];
  if (layer === undefined) return `src/${name} has no place in the layout`;
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(path), specifier);
    const to = layerOf(target);
    if (!target.startsWith("src/")) return "it is outside of src/";
    if (to === name || layer.on.includes(to)) return undefined;
    return TOOLS.includes(name) && MODEL.includes(to)
      ? `src/${name} has the model by "bpfspec" alone`
      : `src/${name} does not stand on src/${to}`;
  }
  if (layer.packages === "any") return undefined;
  const wanted = packageOf(specifier);
  if (layer.packages.includes(wanted)) return undefined;
  if (typeOnly && layer.packages.includes(`type ${wanted}`)) return undefined;
  return `src/${name} does not stand on ${typeOnly ? "types of " : ""}${wanted}`;
}

function offences(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) =>
    importsOf(path).flatMap((one) => {
      const why = wrong(path, one);
      return why === undefined ? [] : [`${path}:${one.line} imports "${one.specifier}": ${why}`];
    })
  );
}

Deno.test("imports follow the arrows of the layout", () => {
  deepStrictEqual(offences(sourcesIn("src")), []);
});

Deno.test("an import against the arrows is found", () => {
  const why = (path: string, specifier: string, typeOnly = false) =>
    wrong(path, { specifier, typeOnly, line: 1 });
  ok(why("src/kernel/a.ts", "../maps/hash.ts"));
  ok(why("src/kernel/a.ts", "immutable") && !why("src/kernel/a.ts", "immutable", true));
  ok(why("src/maps/a.ts", "../commands/entry.ts"));
  ok(why("src/maps/a.ts", "node:fs"));
  ok(why("src/book/a.ts", "../kernel/kernel.ts") && why("src/book/a.ts", "../oracle/mod.ts"));
  ok(why("src/elsewhere/a.ts", "bpfspec"));
  ok(!why("src/cli/a.ts", "bpfspec") && !why("src/cli/a.ts", "../oracle/mod.ts"));
});

/** What only some hosts have, and what differs from one run to the next. */
const HOST =
  /(?<![.\w$])(?:Deno|process|globalThis|window|self|console|performance|crypto|Date|setTimeout|fetch|require|Buffer|TextEncoder|TextDecoder)\s*[.(]|\bMath\.random\b|\bnew Date\b|["']node:/;

Deno.test("the model uses nothing of Deno, Node or a browser, no clock and no chance", () => {
  const found = sourcesIn("src").filter((path) => MODEL.includes(layerOf(path))).flatMap((path) =>
    codeOf(path).split("\n").flatMap((line, i) => {
      const what = HOST.exec(line)?.[0];
      return what === undefined ? [] : [`${path}:${i + 1}: ${what}`];
    })
  );
  deepStrictEqual(found, []);
});
