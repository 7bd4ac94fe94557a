/** The kernels that the model claims to be true of, oldest first. */
export const VERSIONS = ["5.10", "6.1", "6.12", "6.18", "7.2"] as const;

/** One of the five kernel versions, as `boot` takes it. */
export type Version = (typeof VERSIONS)[number];

const RANK: Readonly<Record<Version, number>> = {
  "5.10": 0,
  "6.1": 1,
  "6.12": 2,
  "6.18": 3,
  "7.2": 4,
};

/** Whether `version` is `since` or later. */
export function atLeast(version: Version, since: Version): boolean {
  return RANK[version] >= RANK[since];
}

/** Whether something that lives from `since` up to and including `until` exists in `version`. */
export function existsIn(
  version: Version,
  span: { readonly since?: Version; readonly until?: Version },
): boolean {
  if (span.since !== undefined && RANK[version] < RANK[span.since]) return false;
  return span.until === undefined || RANK[version] <= RANK[span.until];
}
