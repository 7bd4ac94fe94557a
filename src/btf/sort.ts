/** A section of BTF, in bytes after the header. */
export interface Section {
  readonly off: number;
  readonly len: number;
}

/** `btf_sec_info_cmp`: differences of u32 taken for int, so that far-off numbers go round. */
function compare(a: Section, b: Section): number {
  return ((a.off - b.off) | 0) || ((a.len - b.len) | 0);
}

/**
 * Sorts two or three sections in place as the kernel's heapsort (lib/sort.c) does: with a comparison
 * that goes round, the algorithm shows.
 */
export function sortSections(sections: Section[]): void {
  const swap = (i: number, j: number) => {
    [sections[i], sections[j]] = [sections[j], sections[i]];
  };
  if (sections.length === 3) {
    const child = compare(sections[1], sections[2]) > 0 ? 1 : 2;
    if (compare(sections[0], sections[child]) < 0) swap(0, child);
    swap(0, 2);
  }
  if (compare(sections[0], sections[1]) > 0) swap(0, 1);
}
