/** Numbers in text as the kernel reads them (lib/kstrtox.c). */

const DIGITS: Readonly<Record<number, RegExp>> = {
  8: /^[0-7]+$/,
  10: /^[0-9]+$/,
  16: /^[0-9a-f]+$/i,
};
const PREFIX: Readonly<Record<number, string>> = { 8: "0o", 10: "", 16: "0x" };

/**
 * `kstrtoull`: the number; `range` where it needs more than `bits` bits, `bad` where it is none. Base
 * 0 is told by the text: `0x` is hexadecimal, `0` octal.
 */
export function kstrto(text: string, base: 0 | 8, bits: number): bigint | "bad" | "range" {
  let rest = text.startsWith("+") ? text.slice(1) : text;
  if (rest.endsWith("\n")) rest = rest.slice(0, -1);
  let radix: number = base;
  if (base === 0) {
    radix = /^0x[0-9a-f]/i.test(rest) ? 16 : rest.startsWith("0") ? 8 : 10;
    if (radix === 16) rest = rest.slice(2);
  }
  if (!DIGITS[radix].test(rest)) return overflows(rest, radix, bits) ? "range" : "bad";
  const value = BigInt(PREFIX[radix] + rest);
  return value < 1n << BigInt(bits) ? value : "range";
}

/** Digits that are too many are told before what follows them is looked at. */
function overflows(text: string, radix: number, bits: number): boolean {
  const digits = /^[0-9a-f]*/i.exec(text)![0];
  let end = digits.length;
  while (end > 0 && !DIGITS[radix].test(digits.slice(0, end))) end--;
  return end > 0 &&
    BigInt(PREFIX[radix] + digits.slice(0, end)) >= 1n << BigInt(Math.max(bits, 64));
}
