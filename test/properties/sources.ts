/** The project's own source text, for the tests that read it. */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Every TypeScript file below a folder of the project, as paths from its root with `/`. */
export function sourcesIn(folder: string): readonly string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...sourcesIn(path));
    else if (name.endsWith(".ts")) {
      found.push(relative(ROOT, join(ROOT, path)).replaceAll("\\", "/"));
    }
  }
  return found.sort();
}

export function textOf(path: string): string {
  return Deno.readTextFileSync(join(ROOT, path));
}

/** A file's code: comments become blanks, so that positions and lines stay. */
export function codeOf(path: string): string {
  return textOf(path).replace(
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (token) => token.startsWith("/") ? token.replace(/[^\n]/g, " ") : token,
  );
}

/** One import or re-export, and whether it is of types only and so gone when the code runs. */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

const STATEMENT =
  /^(?:import|export)\s+(type\s)?(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

export function importsOf(path: string): readonly Import[] {
  const code = codeOf(path);
  return Array.from(code.matchAll(STATEMENT), ({ 1: type, 2: from, 3: dynamic, index }) => ({
    specifier: from ?? dynamic,
    typeOnly: type !== undefined,
    line: code.slice(0, index).split("\n").length,
  }));
}
