/** One run of the book: extract, type-check and execute, hold tables against the code, report. */
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { denoCheck } from "./check.ts";
import { ExampleProcess, executeAll, type ExecuteOptions } from "./execute.ts";
import { type Chapter, extract, type Section } from "./extract.ts";
import { chapterName, findFiles, safePath, slug } from "./files.ts";
import { junitXml } from "./junit.ts";
import { moduleOf, type SectionModule, type Specifiers } from "./module.ts";
import { NO_PRELUDE, type Prelude, preludeFrom, watchedPrelude } from "./prelude.ts";
import { checkTables, tablesOf } from "./tables.ts";
import { Tally } from "./tally.ts";
import type { BookOptions, BookReport, Failure } from "./types.ts";
import { applyEdits, editsDiff, tableEdits } from "./update.ts";
import { openWorkspace, PROJECT, type Workspace, writeIfChanged } from "./workspace.ts";

const TIME_LIMIT = 10_000;
const READ_ONLY = ["--allow-read"];

/** A section on its way through a run. */
export interface Unit {
  readonly chapter: Chapter;
  readonly section: Section;
  readonly module: SectionModule;
  readonly checkPath: string;
  readonly runPath: string;
}

/** Runs the book once; `only` narrows the examples, not the tables, to some files. */
export async function runOnce(
  options: BookOptions,
  only?: ReadonlySet<string>,
): Promise<BookReport> {
  const report = await runFound(options, only, new Tally(options.onProgress));
  if (options.junit !== undefined) await Deno.writeTextFile(options.junit, junitXml(report));
  return report;
}

async function runFound(
  options: BookOptions,
  only: ReadonlySet<string> | undefined,
  tally: Tally,
): Promise<BookReport> {
  let files: string[];
  try {
    files = await findFiles(options.files);
  } catch (error) {
    return unusable(tally, (error as Error).message);
  }
  if (files.length === 0) return unusable(tally, `no markdown in ${options.files.join(", ")}`);
  const workspace = await openWorkspace(files, options.workDir);
  try {
    return await runFiles(options, files, only, workspace, tally);
  } finally {
    await workspace.close();
  }
}

function unusable(tally: Tally, message: string): BookReport {
  tally.fail({ kind: "usage", file: "", line: 0, message });
  return tally.report();
}

async function runFiles(
  options: BookOptions,
  files: readonly string[],
  only: ReadonlySet<string> | undefined,
  workspace: Workspace,
  tally: Tally,
): Promise<BookReport> {
  const wanted = options.prelude ?? "bpfspec";
  const hasPrelude = wanted !== "none";
  const execution = executionOf(options, workspace);
  const first = new ExampleProcess(execution);
  const chapters = await Promise.all(files.map(async (file) => {
    const text = await Deno.readTextFile(file);
    return extract(file, chapterName(file), text, { tables: hasPrelude });
  }));
  // Claims take time to check: only where somebody looks at them.
  const scope = options.filter === undefined ? options.tables ?? "present" : "rows";
  const claims = scope === "complete" || hasClaims(chapters);
  const prelude = hasPrelude ? await loadPrelude(first, wanted, workspace, claims) : NO_PRELUDE;
  if (typeof prelude === "string") {
    await first.stop();
    return unusable(tally, `the prelude ${wanted} cannot be loaded: ${prelude}`);
  }
  const chosen = choose(chapters, options.filter);
  tally.start(chosen.length);
  for (const { failures } of chosen) failures.forEach((each) => tally.fail(each));

  const narrow = chosen.filter(({ file }) => only === undefined || only.has(resolve(file)));
  const units = await writeUnits(narrow, prelude, workspace, tally, options.filter);
  if (options.filter !== undefined && units.length === 0 && tally.failed === 0) {
    await first.stop();
    return unusable(tally, `no section matches ${options.filter}`);
  }
  await Promise.all([
    options.typeCheck === false ? undefined : check(units, workspace, tally),
    execute(units, execution, first, tally),
  ]);
  if (hasPrelude) {
    tally.tables(chosen, checkTables(chosen, prelude.facts, scope));
  }
  if (options.update) return await update(options, chosen, prelude, tally);
  return tally.report();
}

function executionOf(options: BookOptions, { config }: Workspace): ExecuteOptions {
  return {
    config,
    cwd: Deno.cwd(),
    permissions: options.permissions ?? READ_ONLY,
    coverage: options.coverage === undefined ? undefined : resolve(options.coverage),
    timeLimit: options.timeLimit ?? TIME_LIMIT,
  };
}

/** Whether a prelude is named by the path of a file, as `./x.ts`, `/x.ts` or `x/y.ts` is. */
function isPath(prelude: string): boolean {
  return /^\.{0,2}\//.test(prelude) || /^[^@:]+\.[cm]?[jt]s$/.test(prelude);
}

/** Asks a process for the prelude; a string says what is wrong. */
async function loadPrelude(
  process: ExampleProcess,
  wanted: string,
  { imports }: Workspace,
  claims: boolean,
): Promise<Prelude | string> {
  const specifier = isPath(wanted) ? pathToFileURL(resolve(wanted)).href : wanted;
  const said = await process.prelude(imports[specifier] ?? specifier, claims);
  if (typeof said === "string") return said;
  return await preludeFrom(specifier, imports[specifier] ?? specifier, said);
}

function hasClaims(chapters: readonly Chapter[]): boolean {
  return tablesOf(chapters).some(({ kind }) => kind === "claims" || kind === "comparison");
}

/** The chapters with just the sections that a filter wants; chapters without any are left out. */
function choose(chapters: readonly Chapter[], filter: string | RegExp | undefined): Chapter[] {
  if (filter === undefined) return Array.from(chapters);
  return chapters.flatMap((chapter) => {
    const sections = chapter.sections.filter((section) =>
      matches(filter, [chapter.name, chapter.title, section.heading, ...ruleIds(section)])
    );
    const headings = new Set(sections.map(({ heading }) => heading));
    const failures = chapter.failures.filter(({ section }) => headings.has(section ?? ""));
    return sections.length === 0 ? [] : [{ ...chapter, sections, failures }];
  });
}

function matches(filter: string | RegExp, texts: readonly string[]): boolean {
  if (typeof filter === "string") {
    return texts.some((text) => text.toLowerCase().includes(filter.toLowerCase()));
  }
  return texts.some((text) => text.search(filter) >= 0);
}

/** The rule ids that a section speaks of: in expectations, and in rows of refusals. */
function ruleIds({ code, tables }: Section): string[] {
  const said = code.flatMap((line) =>
    line.match(/(?<==>\s*E[A-Z0-9]+\s+)\w+(?:[/.:-]\w+)+/g) ?? []
  );
  const rows = tables.filter(({ kind }) => kind === "refusals").flatMap((table) => table.rows);
  return [...said, ...rows.map(({ cells }) => cells[0].text)];
}

/** Makes and writes the modules of every section that has code. */
async function writeUnits(
  chapters: readonly Chapter[],
  prelude: Prelude,
  workspace: Workspace,
  tally: Tally,
  filter: unknown,
): Promise<Unit[]> {
  const watchedPath = join(workspace.dir, `prelude-${slug(prelude.specifier)}.run.ts`);
  const watched = pathToFileURL(watchedPath).href;
  if (prelude.specifier !== "") {
    const text = watchedPrelude(prelude.specifier, prelude.values);
    await writeIfChanged(watchedPath, text);
  }
  const units: Unit[] = [];
  for (const chapter of chapters) {
    const specifiers = specifiersOf(chapter, prelude, workspace, watched);
    const dir = join(workspace.dir, safePath(chapter.name));
    const own = chapter.sections.flatMap((section) =>
      unitOf(chapter, section, prelude, specifiers, dir, tally)
    );
    if (filter === undefined) await clean(dir, own);
    for (const { module, checkPath, runPath } of own) {
      await writeIfChanged(checkPath, module.checkText);
      if (module.blocks.length > 0) await writeIfChanged(runPath, module.runText);
    }
    units.push(...own);
  }
  return units;
}

function specifiersOf(
  chapter: Chapter,
  prelude: Prelude,
  { imports }: Workspace,
  watched: string,
): Specifiers {
  const base = pathToFileURL(resolve(chapter.file));
  const names = new Set([prelude.specifier, imports[prelude.specifier]]);
  return {
    resolve: (specifier) =>
      /^\.{0,2}\//.test(specifier) ? new URL(specifier, base).href : specifier,
    watched: (specifier) => names.has(specifier) ? watched : specifier,
  };
}

function unitOf(
  chapter: Chapter,
  section: Section,
  prelude: Prelude,
  specifiers: Specifiers,
  dir: string,
  tally: Tally,
): Unit[] {
  if (section.code.every((line) => line === "")) return [];
  const module = moduleOf(section, prelude, specifiers);
  if ("grammar" in module) {
    const failed = (kind: Failure["kind"]) => (fault: (typeof module.grammar)[number]) => {
      const { line, message } = fault;
      const column = fault.column + chapter.shift[line - 1] + 1;
      tally.fail({ kind, file: chapter.file, line, column, section: section.heading, message });
    };
    module.grammar.forEach(failed("grammar"));
    module.syntax.forEach(failed("syntax"));
    return [];
  }
  const path = join(dir, `${section.index}-${slug(section.heading)}`);
  return [{ chapter, section, module, checkPath: `${path}.ts`, runPath: `${path}.run.ts` }];
}

/** Removes modules of a chapter that are not written any more. */
async function clean(dir: string, units: readonly Unit[]): Promise<void> {
  const keep = new Set(units.flatMap(({ checkPath, runPath }) => [checkPath, runPath]));
  const entries = await Array.fromAsync(Deno.readDir(dir)).catch(() => []);
  for (const { name, isFile } of entries) {
    const path = join(dir, name);
    if (isFile && name.endsWith(".ts") && !keep.has(path)) await Deno.remove(path);
  }
}

async function check(units: readonly Unit[], workspace: Workspace, tally: Tally): Promise<void> {
  const byPath = new Map(units.map((unit) => [unit.checkPath, unit]));
  const found = await denoCheck(Array.from(byPath.keys()), workspace.config, Deno.cwd());
  for (const { path, line, column, message } of found) {
    const unit = byPath.get(path);
    if (unit === undefined) {
      tally.fail({ kind: "type", file: path || workspace.config, line, column, message });
      continue;
    }
    const { chapter, section } = unit;
    const shifted = column + (chapter.shift[line - 1] ?? 0);
    const place = { file: chapter.file, line, column: shifted, section: section.heading };
    tally.fail({ kind: "type", ...place, message });
  }
}

async function execute(
  units: readonly Unit[],
  execution: ExecuteOptions,
  first: ExampleProcess,
  tally: Tally,
): Promise<void> {
  const jobs = units.filter(({ module }) => module.blocks.length > 0).map((unit) => ({
    unit,
    url: pathToFileURL(unit.runPath).href,
    claims: unit.module.expectations.map(({ claim }) => claim),
  }));
  tally.sections(jobs.length);
  await executeAll(jobs, execution, first, ({ unit }, outcome) => tally.section(unit, outcome));
}

/** Shows what would change, and writes it if it may; then the book is run again as it is now. */
async function update(
  options: BookOptions,
  chapters: readonly Chapter[],
  prelude: Prelude,
  tally: Tally,
): Promise<BookReport> {
  const tables = options.tables === "none" || options.filter !== undefined
    ? []
    : tableEdits(chapters, prelude.facts);
  const edits = [...tally.edits, ...tables];
  const diff = editsDiff(chapters, edits);
  const before = { ...tally.report(), diff };
  if (diff === "") return before;
  options.onDiff?.(diff);
  if (!options.yes && !await options.confirm?.()) return before;
  const written: string[] = [];
  for (const chapter of chapters) {
    if (!edits.some(({ file }) => file === chapter.file)) continue;
    await Deno.writeTextFile(chapter.file, applyEdits(chapter, edits));
    written.push(chapter.file);
  }
  const after = await runOnce({ ...options, update: false });
  return { ...after, diff, written };
}

/** The directory whose changes make every example run again: that of the prelude's module. */
export function preludeDir(prelude: string | undefined): string | undefined {
  if (prelude === undefined || prelude === "bpfspec") return join(PROJECT, "src");
  return isPath(prelude) ? dirname(resolve(prelude)) : undefined;
}
