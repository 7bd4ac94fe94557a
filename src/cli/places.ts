/** Where the book says what. */

/** What the book is made of; the README's own examples run too. */
export const BOOK: readonly string[] = ["spec", "README.md"];

export interface BookPlace {
  readonly file: string;
  readonly line: number;
}

async function chapters(): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir("spec")) {
    // The table of truth names every rule and explains none.
    if (entry.name.endsWith(".md") && entry.name !== "truth.md") files.push(`spec/${entry.name}`);
  }
  return files.sort();
}

/** The row of the book's refusals tables that a rule has. */
export async function placeOfRule(id: string): Promise<BookPlace | undefined> {
  for (const file of await chapters()) {
    const lines = (await Deno.readTextFile(file)).split("\n");
    const at = lines.findIndex((line) => line.startsWith(`| \`${id}\` |`));
    if (at >= 0) return { file, line: at + 1 };
  }
  return undefined;
}

export interface Stated {
  /** Rules that no example can fire, with the reason. */
  readonly unreachable: ReadonlyMap<string, string>;
  /** Rules that no kernel at hand can confirm, with the reason. */
  readonly unconfirmed: ReadonlyMap<string, string>;
}

/** The reasons that chapters give: `<!-- unreachable RULE: reason -->`, `<!-- unconfirmed ... -->`. */
export async function stated(): Promise<Stated> {
  const found = { unreachable: new Map<string, string>(), unconfirmed: new Map<string, string>() };
  for (const file of await chapters()) {
    const text = await Deno.readTextFile(file);
    const comments = text.matchAll(
      /<!--\s*(unreachable|unconfirmed)\s+(\S+?):\s*([\s\S]+?)\s*-->/g,
    );
    for (const [, kind, id, reason] of comments) {
      found[kind as keyof Stated].set(id, reason);
    }
  }
  return found;
}
