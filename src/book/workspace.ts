/**
 * Where the modules of a run are written: `.cache/book` of the project for its own chapters, a
 * temporary directory for anybody else's. It has a deno config of its own, that maps `bpfspec` and
 * the imports of the nearest deno.json, and finds npm packages where the markdown would find them.
 * Declarations of packages are not checked (`skipLibCheck`): those of immutable alone take 8 s.
 */
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface Workspace {
  readonly dir: string;
  readonly config: string;
  /** Bare specifiers to what they stand for. */
  readonly imports: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The project that this file belongs to. */
export const PROJECT = resolve(fileURLToPath(new URL("../../", import.meta.url)));

/** Makes the workspace of a run over `files`; `workDir` says where, and then it stays. */
export async function openWorkspace(
  files: readonly string[],
  workDir?: string,
): Promise<Workspace> {
  const own = files.every((file) => isInside(PROJECT, resolve(file)));
  const dir = workDir !== undefined
    ? resolve(workDir)
    : own
    ? join(PROJECT, ".cache", "book")
    : await Deno.makeTempDir({ prefix: "bpfspec-book-" });
  await Deno.mkdir(dir, { recursive: true });

  const foreign = files.map((file) => resolve(file)).find((file) => !isInside(PROJECT, file));
  const imports = { ...await importsNear(foreign), ...await importsNear(join(PROJECT, "x")) };
  const config = join(dir, "deno.json");
  await writeIfChanged(
    config,
    JSON.stringify(
      { nodeModulesDir: "manual", imports, compilerOptions: { strict: true, skipLibCheck: true } },
      null,
      2,
    ),
  );
  if (!isInside(PROJECT, dir)) await linkPackages(dir, foreign);
  const temporary = workDir === undefined && !own;
  const close = async () => {
    if (temporary) await Deno.remove(dir, { recursive: true });
  };
  return { dir, config, imports, close };
}

function isInside(dir: string, path: string): boolean {
  const way = relative(dir, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
}

/** The directories from a file's own up to the root. */
function* above(file: string): Generator<string> {
  for (let dir = dirname(file);; dir = dirname(dir)) {
    yield dir;
    if (dir === dirname(dir)) return;
  }
}

/** The imports of the nearest deno.json, with relative ones as URLs. */
async function importsNear(file: string | undefined): Promise<Record<string, string>> {
  if (file === undefined) return {};
  for (const dir of above(file)) {
    const text = await readIfThere(join(dir, "deno.json"));
    if (text === undefined) continue;
    const base = pathToFileURL(dir + sep);
    const imports = Object.entries((JSON.parse(text).imports ?? {}) as Record<string, string>);
    return Object.fromEntries(
      imports.map(([name, to]) => [name, /^[./]/.test(to) ? new URL(to, base).href : to]),
    );
  }
  return {};
}

/** Gives a directory outside the project the npm packages that the markdown's own place has. */
async function linkPackages(dir: string, foreign: string | undefined): Promise<void> {
  const link = join(dir, "node_modules");
  if (await isThere(link)) return;
  for (const from of [...above(foreign ?? join(PROJECT, "x")), PROJECT]) {
    const packages = join(from, "node_modules");
    if (await isThere(packages)) return await Deno.symlink(packages, link);
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** A file's text; undefined where there is none. */
async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes a file and its directories; leaves one that has the text already as it is. */
export async function writeIfChanged(path: string, text: string): Promise<void> {
  if (await readIfThere(path) === text) return;
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}
