/**
 * The closed grammar of fence words.
 *
 *     ts                 an example: type-checked and executed
 *     ts no-run          type-checked, not executed
 *     ts ignore REASON   shown only; the reason says why
 *     text c sh json     shown, never run
 *     mermaid            a drawing
 *
 * Anything else is an error, so that a misspelt word never takes an example out of the book.
 */

export type Fence =
  | { readonly kind: "run" }
  | { readonly kind: "no-run" }
  | { readonly kind: "ignore"; readonly reason: string }
  | { readonly kind: "shown"; readonly language: string };

export const SHOWN = ["text", "c", "sh", "json", "mermaid"] as const;

const GRAMMAR =
  "one of `ts`, `ts no-run`, `ts ignore REASON`, `text`, `c`, `sh`, `json`, `mermaid`";

/** Reads the words after the opening backticks; a string is what is wrong with them. */
export function parseFence(info: string): Fence | string {
  const words = info.trim().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return `a fence without a word; write ${GRAMMAR}`;
  const [language, ...rest] = words;
  if (language === "ts") return parseTs(rest);
  if (!(SHOWN as readonly string[]).includes(language)) {
    return `unknown fence word \`${language}\`; write ${GRAMMAR}`;
  }
  if (rest.length > 0) return `\`${language}\` takes no further word, found \`${rest.join(" ")}\``;
  return { kind: "shown", language };
}

function parseTs(words: readonly string[]): Fence | string {
  const [mode, ...rest] = words;
  switch (mode) {
    case undefined:
      return { kind: "run" };
    case "no-run":
      if (rest.length === 0) return { kind: "no-run" };
      return `\`ts no-run\` takes no further word, found \`${rest.join(" ")}\``;
    case "ignore":
      if (rest.length > 0) return { kind: "ignore", reason: rest.join(" ") };
      return "`ts ignore` needs a reason: `ts ignore REASON`";
    default:
      return `unknown word \`${mode}\` after \`ts\`; write \`no-run\` or \`ignore REASON\``;
  }
}
