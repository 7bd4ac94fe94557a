/** Tables whose cells are runs. */

/** A comparison: things that are compared, and properties that run on each. */
export interface Comparison {
  readonly name: string;
  run(): Compared;
}

/** What came of it, by column in each row. */
export interface Compared {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly property: string;
    readonly cells: Readonly<Record<string, string>>;
  }[];
}
