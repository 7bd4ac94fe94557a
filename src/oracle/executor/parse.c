// SPDX-License-Identifier: MIT
// A script's lines and a step's words.
#include "executor.h"

static int is_step(struct text line) {
  return line.len && *line.at >= '0' && *line.at <= '9';
}

static const char *read_header(struct text line) {
  struct text word;
  next_word(&line, &word);
  if (!next_word(&line, &S->name)) return "a script needs a name";
  while (next_word(&line, &word)) {
    struct text value = {word.at + 6, word.len - 6};
    if (equals(word, "fs=1")) S->own_filesystem = 1;
    else if (!starts(word, "limit=") || !parse_number(value, &S->limit_ms)) {
      return "unknown word after the script's name";
    }
  }
  return 0;
}

// Lays a script out in the shared memory; lines that are no steps (results, comments) are skipped,
// so that a transcript is a script too. Returns what is wrong with it.
const char *load_script(struct text script) {
  memset(S, 0, sizeof *S);
  S->next = (u8 *)SHARED_BASE + sizeof *S;
  S->end = (u8 *)SHARED_BASE + SHARED_SIZE;
  S->limit_ms = DEFAULT_LIMIT_MS;
  if (script.len > SHARED_SIZE / 4) return "the script is too long";
  char *copy = allocate(script.len);
  memcpy(copy, script.at, script.len);
  struct text all = {copy, script.len}, line, rest;
  next_line(&all, &line);
  const char *why = read_header(line);
  if (why) return why;
  for (rest = all; next_line(&rest, &line);) S->nsteps += is_step(line);
  if (S->nsteps > SHARED_SIZE / 4 / sizeof(struct step)) return "the script has too many steps";
  S->steps = allocate(S->nsteps * sizeof(struct step));
  memset(S->steps, 0, S->nsteps * sizeof(struct step));
  struct step *step = S->steps;
  for (rest = all; next_line(&rest, &line);) {
    if (!is_step(line)) continue;
    u64 task = MAX_TASKS;
    take_number(&line, &task);
    step->task = task < MAX_TASKS ? task : MAX_TASKS;
    step->line = line;
    step++;
  }
  return 0;
}

int fail(struct call *c, const char *why, struct text what) {
  c->why = why;
  c->what = what;
  return 0;
}

// Whether an op that takes `keys` ("fd *path mode?") takes this one.
static int takes(const char *keys, struct text key) {
  struct text rest = {keys, length(keys)}, one;
  while (next_word(&rest, &one)) {
    if (*one.at == '*') one.at++, one.len--;
    if (one.at[one.len - 1] == '?') one.len--;
    if (one.len == key.len && !memcmp(one.at, key.at, key.len)) return 1;
  }
  return 0;
}

static int area_number(struct text key, u64 *n) {
  if (key.len < 2 || *key.at != 'a') return 0;
  return parse_number((struct text){key.at + 1, key.len - 1}, n);
}

int read_words(struct call *c, const struct op *op, struct text rest) {
  struct text word;
  while (next_word(&rest, &word)) {
    u64 n;
    u32 i = 0;
    while (i < word.len && word.at[i] != '=') i++;
    if (i == word.len) return fail(c, "a word without =", word);
    struct text key = {word.at, i}, val = {word.at + i + 1, word.len - i - 1};
    if (area_number(key, &n)) {
      if (n >= MAX_AREAS) return fail(c, "no such area", key);
      if (!parse_area(c, val, &c->step->areas[n])) return 0;
      continue;
    }
    if (!equals(key, "p") && !takes(op->keys, key)) return fail(c, "the op has no key", key);
    if (c->nwords == MAX_WORDS) return fail(c, "too many words from", key);
    c->words[c->nwords++] = (struct word){key, val};
  }
  return 1;
}

struct text *word_of(struct call *c, const char *key) {
  for (u32 i = 0; i < c->nwords; i++) {
    if (equals(c->words[i].key, key)) return &c->words[i].val;
  }
  return 0;
}

static struct step *earlier_step(struct call *c, u64 n) {
  struct step *step = &S->steps[n];
  return n < S->nsteps && step < c->step && step->state == RAN ? step : 0;
}

static int take_dot(struct text *t) {
  if (!t->len || *t->at != '.') return 0;
  t->at++, t->len--;
  return 1;
}

// $step.area.offset: a u32 of what an area held after an earlier step
static int output_of(struct call *c, struct text t, u64 *value) {
  struct text whole = t;
  u64 n, area, offset;
  t.at++, t.len--;
  if (!take_number(&t, &n) || !take_dot(&t) || !take_number(&t, &area) || !take_dot(&t) ||
      !parse_number(t, &offset)) {
    return fail(c, "not $step.area.offset:", whole);
  }
  struct step *step = earlier_step(c, n);
  if (!step || area >= MAX_AREAS || !step->areas[area].present) {
    return fail(c, "no such earlier output", whole);
  }
  struct area *from = &step->areas[area];
  if (offset > from->size || from->size - offset < 4) {
    return fail(c, "outside of the area", whole);
  }
  u32 v = 0;
  for (u32 i = 0; i < 4; i++) {
    if (offset + i < from->len) v |= (u32)from->data[offset + i] << (8 * i);
  }
  *value = v;
  return 1;
}

// A number, @address, &area[+delta], $step.area.offset or #step.
int value_of(struct call *c, struct text t, u64 *value) {
  struct text whole = t;
  u64 n, delta = 0;
  if (t.len && *t.at == '$') return output_of(c, t, value);
  if (t.len && *t.at == '#') {
    struct step *step;
    t.at++, t.len--;
    if (!parse_number(t, &n) || !(step = earlier_step(c, n))) {
      return fail(c, "no such earlier result", whole);
    }
    *value = (u32)step->ret;
    return 1;
  }
  if (t.len && *t.at == '&') {
    t.at++, t.len--;
    if (!take_number(&t, &n)) return fail(c, "not an area:", whole);
    if (t.len && *t.at == '+') t.at++, t.len--;
    if (t.len && !parse_number(t, &delta)) return fail(c, "not an offset:", whole);
    if (n >= MAX_AREAS || !c->step->areas[n].present) return fail(c, "no such area", whole);
    *value = area_address(c, n) + delta;
    return 1;
  }
  if (t.len && *t.at == '@') t.at++, t.len--;
  if (!parse_number(t, value)) return fail(c, "not a number:", whole);
  return 1;
}

u64 number_or(struct call *c, const char *key, u64 otherwise) {
  struct text *t = word_of(c, key);
  u64 value;
  if (!t) return otherwise;
  return value_of(c, *t, &value) ? value : 0;
}

u64 number_of(struct call *c, const char *key) {
  if (!word_of(c, key)) fail(c, "missing key", (struct text){key, length(key)});
  return number_or(c, key, 0);
}
