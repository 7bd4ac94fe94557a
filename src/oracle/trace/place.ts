/** Where something stands in a trace, for messages. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export function showPlace({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** A trace that cannot be read: where, and what was expected there. */
export class TraceError extends Error {
  constructor(readonly place: Place, what: string) {
    super(`${showPlace(place)}: ${what}`);
  }
}
