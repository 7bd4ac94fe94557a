// SPDX-License-Identifier: MIT
// Memory and text without a C library.
#include "executor.h"

void *memcpy(void *to, const void *from, size_t n) {
  void *result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
  return result;
}

void *memset(void *to, int c, size_t n) {
  void *result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(c) : "memory");
  return result;
}

int memcmp(const void *a, const void *b, size_t n) {
  const u8 *x = a, *y = b;
  for (; n; n--, x++, y++) {
    if (*x != *y) return *x - *y;
  }
  return 0;
}

size_t length(const char *s) {
  size_t n = 0;
  while (s[n]) n++;
  return n;
}

int equals(struct text t, const char *s) {
  return t.len == length(s) && !memcmp(t.at, s, t.len);
}

int starts(struct text t, const char *s) {
  u32 n = length(s);
  return t.len >= n && !memcmp(t.at, s, n);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes a number from the front of `t`: decimal, 0x hex or 0o octal, with a sign or without.
int take_number(struct text *t, u64 *value) {
  u64 n = 0;
  int base = 10, digits = 0, negative = 0;
  if (t->len && *t->at == '-') negative = 1, t->at++, t->len--;
  if (t->len > 1 && t->at[0] == '0' && (t->at[1] == 'x' || t->at[1] == 'o')) {
    base = t->at[1] == 'x' ? 16 : 8;
    t->at += 2, t->len -= 2;
  }
  for (; t->len; t->at++, t->len--, digits++) {
    int d = hex_digit(*t->at);
    if (d < 0 || d >= base) break;
    n = n * base + d;
  }
  *value = negative ? -n : n;
  return digits > 0;
}

int parse_number(struct text t, u64 *value) {
  return take_number(&t, value) && t.len == 0;
}

int next_line(struct text *rest, struct text *line) {
  if (!rest->len) return 0;
  line->at = rest->at;
  line->len = 0;
  while (line->len < rest->len && rest->at[line->len] != '\n') line->len++;
  u32 used = line->len < rest->len ? line->len + 1 : line->len;
  rest->at += used, rest->len -= used;
  if (line->len && line->at[line->len - 1] == '\r') line->len--;
  return 1;
}

int next_word(struct text *rest, struct text *word) {
  while (rest->len && *rest->at == ' ') rest->at++, rest->len--;
  word->at = rest->at;
  word->len = 0;
  while (rest->len && *rest->at != ' ') rest->at++, rest->len--, word->len++;
  return word->len > 0;
}
