/**
 * Where the machine's apt takes Debian from: other suites come from the same mirror. Reads both
 * forms of sources, one line (`*.list`) and paragraphs (`*.sources`).
 */
import { KernelsError } from "./error.ts";

/** One source of packages, as the machine's apt has it. */
export interface Source {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** The value of Signed-By, as it goes into a paragraph again: paths, or a key in lines. */
  readonly signedBy?: string;
}

/** What stands in a `*.list`. */
export function parseList(text: string): readonly Source[] {
  return text.split("\n").flatMap((line) => {
    const found = /^deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)$/.exec(
      line.replace(/#.*/, "").trim(),
    );
    if (found === null) return [];
    const [, options = "", uri, suite, components] = found;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1].replaceAll(",", " ");
    const source = { uris: [uri], suites: [suite], components: words(components) };
    return [signedBy === undefined ? source : { ...source, signedBy }];
  });
}

/** What stands in a `*.sources`. */
export function parseParagraphs(text: string): readonly Source[] {
  const lines = text.split("\n").filter((line) => !line.startsWith("#")).join("\n");
  return lines.split(/\n[ \t]*\n/).flatMap((paragraph) => {
    const fields = fieldsOf(paragraph);
    const isOff = /^(no|false|without|off|disable|0)$/i.test(fields.get("enabled")?.trim() ?? "");
    if (isOff || !words(fields.get("types")).includes("deb")) return [];
    const signedBy = fields.get("signed-by");
    const source = {
      uris: words(fields.get("uris")),
      suites: words(fields.get("suites")),
      components: words(fields.get("components")),
    };
    return [signedBy === undefined ? source : { ...source, signedBy }];
  });
}

function words(text = ""): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function fieldsOf(paragraph: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const found of paragraph.matchAll(/^([^\s:]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
    fields.set(found[1].toLowerCase(), found[2].trimEnd());
  }
  return fields;
}

const RELEASES =
  "stretch|buster|bullseye|bookworm|trixie|forky|duke|sid|(?:old)*stable|testing|unstable";
const MAIN = new RegExp(`^(?:${RELEASES})(?:-updates|-proposed-updates|-backports)?$`);
const SECURITY = new RegExp(`^(?:${RELEASES})(?:-security|/updates)$`);

/** A mirror and the key that its suites are signed with. */
export interface Mirror {
  readonly uri: string;
  readonly signedBy?: string;
}

/** The mirror that has a suite: the security one for `*-security`, else the first of Debian. */
export function mirrorOf(suite: string, sources: readonly Source[]): Mirror {
  const wanted = SECURITY.test(suite) ? SECURITY : MAIN;
  const found = sources.flatMap(({ uris, suites, components, signedBy }) => {
    if (!components.includes("main") || !suites.some((own) => wanted.test(own))) return [];
    const fetched = uris.filter((uri) => !uri.startsWith("cdrom:"));
    return fetched.map((uri) => signedBy === undefined ? { uri } : { uri, signedBy });
  });
  // Others name their suites as Debian does; a mirror of Debian's has it in its path.
  const mirror = found.find(({ uri }) => /\/debian/i.test(uri)) ?? found[0];
  if (mirror === undefined) {
    const what = wanted === SECURITY ? "Debian's security updates" : "Debian";
    throw new KernelsError(
      `the kernels are Debian's packages, and apt's sources in /etc/apt have no mirror of ${what}`,
    );
  }
  return mirror;
}

/** All sources of the machine's apt, in apt's order. */
export async function readSources(directory = "/etc/apt"): Promise<readonly Source[]> {
  const parts = await names(`${directory}/sources.list.d`);
  const files = [`${directory}/sources.list`];
  for (const name of parts) files.push(`${directory}/sources.list.d/${name}`);
  const sources: Source[] = [];
  for (const file of files) {
    if (file.endsWith(".list")) sources.push(...parseList(await textOf(file)));
    if (file.endsWith(".sources")) sources.push(...parseParagraphs(await textOf(file)));
  }
  return sources;
}

async function names(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) found.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
