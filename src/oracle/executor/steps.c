// SPDX-License-Identifier: MIT
// Running one step in the task whose turn it is.
#include "executor.h"

static const struct op *find_op(struct text name) {
  for (const struct op *op = OPS; op->name; op++) {
    if (equals(name, op->name)) return op;
  }
  return 0;
}

void refuse(struct step *step, const char *why, struct text what) {
  u32 len = length(why);
  char *at = allocate(len + 1 + what.len);
  memcpy(at, why, len);
  if (what.len) {
    at[len++] = ' ';
    memcpy(at + len, what.at, what.len);
  }
  step->words = (struct text){at, len + what.len};
  step->state = REFUSED;
}

// Fills the arguments of a plain system call, in the order of the op's keys.
static void read_arguments(struct call *c, const char *keys) {
  struct text rest = {keys, length(keys)}, one;
  for (u32 i = 0; i < 6; i++) c->arg[i] = 0;
  for (u32 i = 0; next_word(&rest, &one) && !c->why; i++) {
    int string = *one.at == '*', optional = one.at[one.len - 1] == '?';
    char key[16];
    u32 len = one.len - string - optional;
    memcpy(key, one.at + string, len);
    key[len] = 0;
    struct text *value = word_of(c, key);
    if (!value) {
      if (!optional) fail(c, "missing key", (struct text){one.at + string, len});
      continue;
    }
    if (string) c->arg[i] = place_string(c, *value);
    else c->arg[i] = number_of(c, key);
  }
}

static s64 perform(struct call *c, const struct op *op) {
  if (op->run) return op->run(c);
  return sys6(op->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4], c->arg[5]);
}

void run_step(struct step *step) {
  static struct call call;
  struct call *c = &call;
  struct text rest = step->line, name;
  next_word(&rest, &name);
  const struct op *op = find_op(name);
  c->step = step;
  c->nwords = c->nstrings = 0;
  c->why = 0;
  c->what.len = 0;
  if (!op) fail(c, "no such op", name);
  else if (read_words(c, op, rest) && place_areas(c)) {
    if (op->nr != WORDS) read_arguments(c, op->keys);
    if (!c->why) step->ret = perform(c, op);
    capture_areas(c);
  }
  if (c->why) refuse(step, c->why, c->what);
  else step->state = RAN;
}
