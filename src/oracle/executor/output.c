// SPDX-License-Identifier: MIT
// Results as text: one line a step, then `done NAME`.
#include "executor.h"

void put_char(struct output *o, char c) {
  if (o->len == o->size) o->flush(o);
  o->at[o->len++] = c;
}

void put_text(struct output *o, struct text t) {
  for (u32 i = 0; i < t.len; i++) put_char(o, t.at[i]);
}

void put(struct output *o, const char *s) {
  put_text(o, (struct text){s, length(s)});
}

void put_based(struct output *o, u64 n, u32 shift) {
  char digits[24];
  u32 i = 0;
  do digits[i++] = "0123456789abcdef"[n & ((1u << shift) - 1)];
  while (n >>= shift);
  put(o, shift == 4 ? "0x" : "0o");
  while (i) put_char(o, digits[--i]);
}

void put_number(struct output *o, s64 n) {
  char digits[24];
  u32 i = 0;
  u64 m = n < 0 ? -(u64)n : (u64)n;
  do digits[i++] = '0' + m % 10;
  while (m /= 10);
  if (n < 0) put_char(o, '-');
  while (i) put_char(o, digits[--i]);
}

void put_hex(struct output *o, const u8 *bytes, u32 len) {
  for (u32 i = 0; i < len; i++) {
    put_char(o, "0123456789abcdef"[bytes[i] >> 4]);
    put_char(o, "0123456789abcdef"[bytes[i] & 15]);
  }
}

static void no_flush(struct output *o) {
  o->len = o->size - 1;
}

// Adds ` key=value` to the words of a step's result; shift 0 is decimal, 3 octal, 4 hex.
void add_words(struct call *c, const char *key, u64 value, u32 shift) {
  struct text *words = &c->step->words;
  if (!words->at) words->at = allocate(512);
  struct output o = {(char *)words->at, words->len, 512, no_flush};
  put_char(&o, ' ');
  put(&o, key);
  put_char(&o, '=');
  if (shift) put_based(&o, value, shift);
  else put_number(&o, (s64)value);
  words->len = o.len;
}

// hex bytes, and a run of zeros at the end as .zN (or just zN) where that is shorter
static void put_area(struct output *o, struct area *area) {
  u32 zeros = area->size - area->len;
  if (zeros < 16) {
    put_hex(o, area->data, area->len);
    while (zeros--) put(o, "00");
    return;
  }
  put_hex(o, area->data, area->len);
  put(o, area->len ? ".z" : "z");
  put_number(o, zeros);
}

static void report_step(struct output *o, struct step *step) {
  put(o, "= ");
  if (step->state != RAN) {
    put(o, "! ");
    if (step->state == REFUSED) put_text(o, step->words);
    else put(o, "not run");
    put_char(o, '\n');
    return;
  }
  put_number(o, step->ret);
  for (u32 i = 0; i < MAX_AREAS; i++) {
    if (!step->areas[i].changed) continue;
    put(o, " a");
    put_number(o, i);
    put_char(o, '=');
    put_area(o, &step->areas[i]);
  }
  put_text(o, step->words);
  put_char(o, '\n');
}

void report_script(struct output *o) {
  for (u32 i = 0; i < S->nsteps; i++) report_step(o, &S->steps[i]);
}
