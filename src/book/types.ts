/** The shapes that the parts of the book runner hand to each other and to its callers. */

/** What went wrong. `grammar` and `usage` make exit code 2, every other kind makes 1. */
export type FailureKind =
  | "grammar" // the markdown breaks the closed grammar
  | "usage" // a file or the prelude cannot be read
  | "syntax" // an example is not TypeScript
  | "type" // deno check refused it
  | "expectation" // another value than the expected one
  | "unreached" // the section ended and never came to this expectation
  | "throw" // an example threw
  | "timeout" // a section ran longer than its limit
  | "crash" // the process that ran the section ended
  | "table"; // a table and the code differ

/** One failure, named by the markdown's own place. */
export interface Failure {
  readonly kind: FailureKind;
  readonly file: string;
  /** 1-based; of the markdown. */
  readonly line: number;
  readonly column?: number;
  readonly section?: string;
  readonly message: string;
  /** The source of the expression that was judged. */
  readonly code?: string;
  readonly expected?: string;
  readonly actual?: string;
  /** The rule that fired, as `MAP_FREEZE/frozen: its condition`. */
  readonly rule?: string;
  /** A unified diff from expected to actual, where a value takes more than one line. */
  readonly diff?: string;
}

/** A place in the book. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/**
 * One path of calls from boot that an example made, to be replayed on a real kernel. `trail` is the
 * machine's own list of steps, plain data (it may hold Uint8Arrays and bigints).
 */
export interface ObservedPath {
  readonly file: string;
  readonly chapter: string;
  readonly section: string;
  /** The line of the statement that made the last call. */
  readonly line: number;
  readonly version: string;
  /** What the example gave to boot beside the version, without `watch`. */
  readonly options: unknown;
  readonly trail: readonly unknown[];
}

/** An answer that the model does not claim anything about. */
export interface UnmodelledAnswer extends Place {
  readonly what: string;
}

/** What an example wrote with console. */
export interface Output extends Place {
  readonly text: string;
}

/** How one section went, for the JUnit report. */
export interface SectionResult extends Place {
  readonly chapter: string;
  readonly section: string;
  readonly examples: number;
  readonly expectations: number;
  readonly milliseconds: number;
}

/** How a run of the book went. */
export interface BookReport {
  readonly chapters: number;
  readonly sections: number;
  /** `ts` blocks that ran. */
  readonly examples: number;
  /** Expectations that were checked. */
  readonly expectations: number;
  /** Calls that the examples made on watched machines. */
  readonly calls: number;
  /** Tables that were held against the code. */
  readonly tables: number;
  readonly failures: readonly Failure[];
  readonly rulesFired: ReadonlyMap<string, readonly Place[]>;
  readonly paths: readonly ObservedPath[];
  readonly unmodelled: readonly UnmodelledAnswer[];
  readonly output: readonly Output[];
  readonly results: readonly SectionResult[];
  /** With `update`: the unified diff of what would change or was changed, "" for nothing. */
  readonly diff: string;
  /** With `update`: the files that were written. */
  readonly written: readonly string[];
  readonly milliseconds: number;
}

/** What happens while the book runs. */
export type Progress =
  | { readonly kind: "start"; readonly chapters: number; readonly sections: number }
  | { readonly kind: "section"; readonly done: number; readonly of: number; readonly place: string }
  | { readonly kind: "failure"; readonly failure: Failure };

/** Which tables are held against the code. */
export type TableScope =
  /** Every rule and every delta of the code has its row in these files. */
  | "complete"
  /** The tables that are there are right, and complete for the owners that they name. */
  | "present"
  /** The rows that are there are right. */
  | "rows"
  | "none";

export interface BookOptions {
  /** Markdown files, and directories in which every `.md` file is taken. */
  readonly files: readonly string[];
  /** The module whose exports are in scope; `none` for nothing. Default `bpfspec`. */
  readonly prelude?: string;
  /** Runs only the sections whose chapter, heading or expected rule ids match. */
  readonly filter?: string | RegExp;
  /** Default `present`. */
  readonly tables?: TableScope;
  /** Computes expectations and tables anew, and shows the diff. */
  readonly update?: boolean;
  /** Writes what `update` computed without asking. */
  readonly yes?: boolean;
  /** Is shown what `update` would change, before anything is written. */
  readonly onDiff?: (diff: string) => void;
  /** Asks whether to write; without it (and without `yes`) nothing is written. */
  readonly confirm?: () => boolean | Promise<boolean>;
  /** Keeps running changed chapters until `signal` aborts. */
  readonly watch?: boolean;
  readonly signal?: AbortSignal;
  /** With `watch`: the report of every round. */
  readonly onReport?: (report: BookReport) => void | Promise<void>;
  /** Where to write a JUnit report. */
  readonly junit?: string;
  /** Whether examples are type-checked. Default true; without it a round takes half the time. */
  readonly typeCheck?: boolean;
  /** Milliseconds a section may take, from its first statement on. Default 10,000. */
  readonly timeLimit?: number;
  /** The directory for Deno's coverage profiles of the processes that run examples. */
  readonly coverage?: string;
  /** Deno permission flags of the examples. Default: they may only read. */
  readonly permissions?: readonly string[];
  /** Where the modules are written. Default: `.cache/book` of the project, or a temporary one. */
  readonly workDir?: string;
  readonly onProgress?: (progress: Progress) => void;
}
