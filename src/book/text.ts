import type { Token } from "markdown-it";

/** The text of an inline token as a reader sees it: without emphasis, links and backticks. */
export function plainText(inline: Token | undefined): string {
  const text = (inline?.children ?? []).map((child) => {
    if (child.type === "softbreak" || child.type === "hardbreak") return " ";
    return child.type === "html_inline" ? "" : child.content;
  });
  return text.join("").replace(/\s+/g, " ").trim();
}
