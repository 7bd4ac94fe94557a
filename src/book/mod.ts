/**
 * Literate markdown to executed examples to verdicts. It runs the project's book and anybody's
 * markdown.
 *
 * Coverage of the code by the book alone:
 *
 *     run the book with `coverage: ".cache/coverage"`, then
 *     deno coverage .cache/coverage --include='/src/' --exclude='/src/book/'
 *
 * @module
 */
export { runBook } from "./book.ts";
export { bookCommand } from "./command.ts";
export { type Chapter, extract, type Section } from "./extract.ts";
export { type CodeFacts, factsOf } from "./facts.ts";
export { junitXml } from "./junit.ts";
export {
  attrFields,
  cellText,
  formatSince,
  renderAttr,
  renderHistory,
  renderNumbers,
  renderRefusals,
} from "./render.ts";
export { exitCode, formatFailure, formatReport } from "./report.ts";
export { checkTables, type Table } from "./tables.ts";
export type {
  BookOptions,
  BookReport,
  Failure,
  FailureKind,
  ObservedPath,
  Output,
  Place,
  Progress,
  SectionResult,
  TableScope,
  UnmodelledAnswer,
} from "./types.ts";
