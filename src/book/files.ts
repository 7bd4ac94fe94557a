/** Which markdown files a run is about, and what its chapters are called. */
import { join, relative, sep } from "node:path";

/** Every file, with `.md` files of directories in the order of their names. */
export async function findFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const { isDirectory } = await Deno.stat(path);
    if (isDirectory) found.push(...await markdownIn(path));
    else found.push(path);
  }
  return Array.from(new Set(found));
}

async function markdownIn(dir: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(dir));
  const found: string[] = [];
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (name.startsWith(".") || name === "node_modules") continue;
    if (isDirectory) found.push(...await markdownIn(join(dir, name)));
    else if (name.endsWith(".md")) found.push(join(dir, name));
  }
  return found;
}

/** A chapter's name: the path from here, without `.md`. */
export function chapterName(file: string): string {
  return relative(Deno.cwd(), file).replace(/\.md$/, "").split(sep).join("/");
}

/** A name as part of a path that stays where it is put. */
export function safePath(name: string): string {
  return name.split("/").map((part) => part === ".." ? "_" : part).join("/");
}

/** A heading as part of a file name. */
export function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40);
}
