/** The values that a campaign draws from: where kernels change their mind. */
import type { Choice } from "./choices.ts";

/** One of a list, by a drawn number. */
export function one<T>(list: readonly T[], drawn: number): T {
  return list[drawn % list.length];
}

/** Numbers at which some check or other turns. */
export const BOUNDARIES: readonly number[] = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  9,
  15,
  16,
  17,
  31,
  32,
  33,
  63,
  64,
  127,
  128,
  255,
  256,
  511,
  512,
  513,
  1023,
  1024,
  4095,
  4096,
  4097,
  65535,
  65536,
  1_000_000,
  1_000_001,
  0x3fffff,
  0x400000,
  0x400001,
  0x7ffffff,
  0x8000000,
  0x8000001,
  0x3fffffff,
  0x40000000,
  0x7ffffffe,
  0x7fffffff,
  0x80000000,
  0x80000001,
  0xfffffffe,
  0xffffffff,
];

/** Single bits, and some that lie together. */
export const FLAGS: readonly number[] = [
  ...Array.from({ length: 32 }, (_, bit) => 2 ** bit),
  3,
  5,
  6,
  8 | 16,
  128 | 256,
  64 | 1,
  1024 | 4,
];

/** Paths on the bpffs and beside it, right and wrong. */
export const PATHS: readonly string[] = [
  "/sys/fs/bpf/a",
  "/sys/fs/bpf/b",
  "/sys/fs/bpf/d",
  "/sys/fs/bpf/d/a",
  "/sys/fs/bpf/d/e",
  "/sys/fs/bpf/d/e/a",
  "/sys/fs/bpf/l",
  "/sys/fs/bpf/l/a",
  "/tmp/t",
  "/tmp/t/a",
  "/tmp/t/d",
];

export const ODD_PATHS: readonly string[] = [
  "/sys/fs/bpf",
  "/sys/fs/bpf/",
  "/sys/fs/bpf/.",
  "/sys/fs/bpf/..",
  "/sys/fs/bpf/a.b",
  "/sys/fs/bpf/d/.a",
  "/sys/fs/bpf/a/",
  "/sys/fs/bpf/d/",
  "/sys/fs/bpf/a/b",
  "/sys/fs/bpf//d//a",
  "/sys/fs/bpf/d/../a",
  "/sys/fs/bpf/d/./a",
  "/tmp/a",
  "/tmp/t",
  "/tmp/t/a",
  "/nothing/here",
  "a",
  "d/a",
  "../a",
  ".",
  "",
  "/",
  "/sys/fs/bpf/" + "n".repeat(255),
  "/sys/fs/bpf/" + "n".repeat(256),
  "/" + "p/".repeat(2048),
];

/** Whether a call is to be wrong: about one in four. */
export function isWrong(choice: Choice): boolean {
  return choice.wrong % 4 === 0;
}

/** Which of `n` places is wrong. */
export function wrongPlace(choice: Choice, n: number): number {
  return Math.floor(choice.wrong / 4) % n;
}
