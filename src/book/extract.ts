/**
 * Markdown to chapters, sections, blocks and tables, by markdown-it.
 *
 * A heading of level 1 to 3 that is not inside a list or a quotation starts a section; what stands
 * before the first one is a section without a heading. The `ts` blocks of a section are one module.
 * Every line that a block or a table gives keeps its markdown line number. Only a fence inside a
 * list or a quotation moves to the left; `shift` remembers by how much, so that columns can be
 * given as the markdown has them.
 */
import MarkdownIt, { type Token } from "markdown-it";
import { type Fence, parseFence } from "./fences.ts";
import { type Table, tableFrom } from "./tables.ts";
import { plainText } from "./text.ts";
import type { Failure } from "./types.ts";

/** A `ts` block. Lines are 1-based and inclusive; `first > last` says that the block is empty. */
export interface Block {
  readonly fence: Fence;
  /** The line of the opening fence. */
  readonly open: number;
  readonly first: number;
  readonly last: number;
}

export interface Section {
  /** The heading's text; "" before the first heading. */
  readonly heading: string;
  readonly line: number;
  /** The position in the chapter, from 0. */
  readonly index: number;
  readonly blocks: Block[];
  readonly tables: Table[];
  /** One entry a markdown line: code of `run` and `no-run` blocks, "" for everything else. */
  readonly code: string[];
}

export interface Chapter {
  readonly file: string;
  /** The file's path without `.md`, for people and for the filter. */
  readonly name: string;
  /** The text of the first heading, or the name. */
  readonly title: string;
  /** The markdown's lines without their ends. */
  readonly lines: readonly string[];
  /** The line end that the file uses. */
  readonly eol: string;
  readonly sections: readonly Section[];
  /** Columns that a line's code moved left by, indexed by line - 1. */
  readonly shift: readonly number[];
  readonly failures: readonly Failure[];
}

/**
 * What stands in the line of a closing fence, so that no statement reaches from one block into the
 * next: unlike a `;`, it ends a statement that is complete without becoming a part of it.
 */
export const BARRIER = "debugger;";

const markdown = new MarkdownIt({ html: true });

/**
 * Reads one chapter. Breaches of the grammar are in `failures`; the rest is still there. Without
 * `tables` the tables are prose.
 */
export function extract(
  file: string,
  name: string,
  text: string,
  options: { readonly tables?: boolean } = {},
): Chapter {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(/\r\n|\n|\r/);
  const tokens = markdown.parse(text, {});
  const failures: Failure[] = [];
  const shift: number[] = lines.map(() => 0);
  const sections: Section[] = [];
  let section = newSection("", 1, 0, lines.length);
  sections.push(section);
  let comment: string | undefined;

  const fail = (line: number, message: string) =>
    failures.push({ kind: "grammar", file, line, section: section.heading, message });

  tokens.forEach((token, at) => {
    const line = (token.map?.[0] ?? 0) + 1;
    if (token.type === "heading_open" && token.level === 0 && Number(token.tag.slice(1)) <= 3) {
      section = newSection(plainText(tokens[at + 1]), line, sections.length, lines.length);
      sections.push(section);
    } else if (token.type === "fence") {
      readFence(token, lines, section, shift, fail);
    } else if (token.type === "table_open" && options.tables !== false) {
      const table = tableFrom(tokens, at, { file, section: section.heading, comment, fail });
      if (table !== undefined) section.tables.push(table);
    }
    if (token.type === "html_block") comment = htmlComment(token.content);
    else if (token.nesting >= 0 && token.level === 0) comment = undefined;
  });

  const titled = sections.find((each) => each.heading !== "");
  const title = titled?.heading ?? name;
  return { file, name, title, lines, eol, sections, shift, failures };
}

function newSection(heading: string, line: number, index: number, length: number): Section {
  return { heading, line, index, blocks: [], tables: [], code: new Array<string>(length).fill("") };
}

function readFence(
  token: Token,
  lines: readonly string[],
  section: Section,
  shift: number[],
  fail: (line: number, message: string) => void,
): void {
  const [start, end] = token.map as [number, number];
  const open = start + 1;
  const content = token.content === "" ? [] : token.content.replace(/\n$/, "").split("\n");
  if (!isClosed(lines, start, end, token.markup)) {
    return fail(open, "this fence is never closed");
  }
  const fence = parseFence(token.info);
  if (typeof fence === "string") return fail(open, fence);
  if (fence.kind === "shown") return;
  section.blocks.push({ fence, open, first: open + 1, last: open + content.length });
  if (fence.kind === "ignore") return;
  content.forEach((text, i) => {
    section.code[start + 1 + i] = text;
    shift[start + 1 + i] = Math.max(0, lines[start + 1 + i].length - text.length);
  });
  section.code[end - 1] = BARRIER;
}

/** markdown-it closes an open fence at the end of its container; the book asks for the real one. */
function isClosed(lines: readonly string[], start: number, end: number, markup: string): boolean {
  if (end - 1 <= start) return false;
  const last = lines[end - 1].replace(/^[\s>]*/, "").trimEnd();
  return last.length >= markup.length && last === markup[0].repeat(last.length);
}

function htmlComment(html: string): string | undefined {
  return /^\s*<!--([\s\S]*?)-->\s*$/.exec(html)?.[1].trim();
}
