/**
 * Bob Jenkins' hash as the kernel has it (include/linux/jhash.h), over latin-1 bytes. It decides the
 * bucket of a key and so, with a known seed, the iteration order of a hash map.
 */
const INITVAL = 0xdeadbeef;

function rol(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function word(text: string, at: number): number {
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24);
}

function final(a: number, b: number, c: number): number {
  c = (c ^ b) - rol(b, 14) | 0;
  a = (a ^ c) - rol(c, 11) | 0;
  b = (b ^ a) - rol(a, 25) | 0;
  c = (c ^ b) - rol(b, 16) | 0;
  a = (a ^ c) - rol(c, 4) | 0;
  b = (b ^ a) - rol(a, 14) | 0;
  c = (c ^ b) - rol(b, 24) | 0;
  return c >>> 0;
}

/** Up to four bytes as a little-endian word; bytes past the end count as zero. */
function tail(text: string, at: number): number {
  let value = 0;
  for (let i = 0; i < 4 && at + i < text.length; i++) value |= text.charCodeAt(at + i) << (8 * i);
  return value;
}

/** The 32-bit hash of a key: `jhash2` over words where the length is a multiple of 4, else `jhash`. */
export function jhash(key: string, seed: number): number {
  // jhash2 starts from the number of words, shifted by two: the length in bytes, as jhash does.
  let a = INITVAL + key.length + seed | 0;
  let b = a;
  let c = a;
  let at = 0;
  let left = key.length;
  while (left > 12) {
    a = a + word(key, at) | 0;
    b = b + word(key, at + 4) | 0;
    c = c + word(key, at + 8) | 0;
    a = (a - c | 0) ^ rol(c, 4);
    c = c + b | 0;
    b = (b - a | 0) ^ rol(a, 6);
    a = a + c | 0;
    c = (c - b | 0) ^ rol(b, 8);
    b = b + a | 0;
    a = (a - c | 0) ^ rol(c, 16);
    c = c + b | 0;
    b = (b - a | 0) ^ rol(a, 19);
    a = a + c | 0;
    c = (c - b | 0) ^ rol(b, 4);
    b = b + a | 0;
    at += 12;
    left -= 12;
  }
  if (left === 0) return c >>> 0;
  a = a + tail(key, at) | 0;
  b = b + tail(key, at + 4) | 0;
  c = c + tail(key, at + 8) | 0;
  return final(a, b, c);
}
