/** The package's type declarations: what `src/mod.ts` shows, and nothing that must be installed. */
import { dirname, join, relative } from "node:path";
import { DIST, ROOT, run } from "./places.ts";

const TYPES = join(DIST, "types");
const ENTRY = join(TYPES, "mod.d.ts");

/** Foreign modules that may be named, with the file here that stands in for each. */
const STAND_INS: Readonly<Record<string, string>> = {
  immutable: join(ROOT, "test", "package", "immutable.ts"),
};

/** A module specifier of an import or export statement, or of an `import("…")` type. */
const SPECIFIER = /(^(?:import|export)\b[^;"]*\bfrom\s+|\bimport\()"([^"]+)"/gm;

/** Emits the declarations into dist/types. Throws where tsc finds an error. */
export async function emitDeclarations(): Promise<void> {
  await emit();
  const reached = await reachable();
  await prune(TYPES, reached);
  for (const name of await rewriteAll(reached)) {
    await Deno.copyFile(STAND_INS[name], join(TYPES, `${name}.d.ts`));
  }
}

async function emit(): Promise<void> {
  const options = {
    target: "es2022",
    module: "nodenext",
    lib: ["es2023"],
    types: [],
    strict: true,
    noImplicitOverride: true,
    // What other packages declare is their affair.
    skipLibCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    noEmitOnError: true,
    allowImportingTsExtensions: true,
    rootDir: join(ROOT, "src"),
    outDir: TYPES,
  };
  const config = join(DIST, "tsconfig.json");
  const files = [join(ROOT, "src", "mod.ts")];
  await Deno.writeTextFile(config, JSON.stringify({ compilerOptions: options, files }));
  try {
    await run("tsc", ["--project", config]);
  } finally {
    await Deno.remove(config);
  }
}

function specifiers(text: string): readonly string[] {
  return Array.from(text.matchAll(SPECIFIER), (match) => match[2]);
}

/** The declarations that the entry leads to; the rest is the model's own affair. */
async function reachable(): Promise<ReadonlySet<string>> {
  const reached = new Set([ENTRY]);
  for (const file of reached) {
    for (const specifier of specifiers(await Deno.readTextFile(file))) {
      if (specifier.startsWith(".")) reached.add(declarationOf(file, specifier));
    }
  }
  return reached;
}

function declarationOf(file: string, specifier: string): string {
  return join(dirname(file), specifier.replace(/\.ts$/, ".d.ts"));
}

/** Removes the files of a folder that are not to be kept, and folders that this leaves empty. */
async function prune(folder: string, kept: ReadonlySet<string>): Promise<boolean> {
  let empty = true;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const goes = isDirectory ? await prune(path, kept) : !kept.has(path);
    if (goes) await Deno.remove(path);
    else empty = false;
  }
  return empty;
}

/** Makes every specifier one that a consumer resolves; answers the stand-ins that are needed. */
async function rewriteAll(files: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  for (const file of files) {
    const text = await Deno.readTextFile(file);
    const rewritten = text.replace(SPECIFIER, (_, before: string, specifier: string) => {
      if (specifier.startsWith(".")) return `${before}"${specifier.replace(/\.ts$/, ".js")}"`;
      if (!(specifier in STAND_INS)) {
        throw new Error(`${file}: the public face shows a type of "${specifier}"`);
      }
      needed.add(specifier);
      return `${before}"${besideTypes(file, specifier)}"`;
    });
    if (rewritten !== text) await Deno.writeTextFile(file, rewritten);
  }
  return needed;
}

function besideTypes(file: string, name: string): string {
  const path = relative(dirname(file), join(TYPES, `${name}.js`)).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}
