/** What the tables of claims must say beyond their rows: verdicts hold, and a text has one chapter. */
import { type ClaimFact, ownerOf } from "./facts.ts";
import type { Table } from "./tables.ts";
import type { Failure } from "./types.ts";

/** Holds every claim to its verdict and its text, and the claims of a text to one chapter. */
export function checkClaims(tables: readonly Table[], claims: readonly ClaimFact[]): Failure[] {
  const byId = new Map(claims.map((claim) => [claim.id, claim]));
  const home = new Map<string, Table>();
  const failures: Failure[] = [];
  for (const table of tables) {
    for (const { line, cells } of table.rows) {
      const claim = byId.get(cells[0].text);
      if (claim === undefined) continue;
      const fail = (message: string) =>
        failures.push({ kind: "table", file: table.file, section: table.section, line, message });
      const { id, source, verdict, found, finding } = claim;
      if (found !== verdict) fail(`${id} is said to be one that ${verdict}: ${finding}`);
      if (ownerOf(id) !== source) fail(`${id} is of ${ownerOf(id)}, but its source is ${source}`);
      const first = home.get(source) ?? table;
      home.set(source, first);
      if (first.file !== table.file) fail(`${id} stands here, but ${source} has ${first.file}`);
    }
  }
  return failures;
}
