// SPDX-License-Identifier: MIT
// The user memory that a step's calls point to. Every area has a slot of its own and ends where
// the slot ends; nothing is mapped behind, so that a kernel that touches one byte too many faults.
#include "executor.h"

static u8 mapped[MAX_SLOTS];
static u32 used[MAX_SLOTS];        // what earlier steps may have left, counted from the slot's end

// Bytes in the shared memory, for as long as the script runs. A script that needs more than there
// is dies of it, and its result says so.
void *allocate(u64 size) {
  u8 *at = S->next;
  size = (size + 7) & ~7ul;
  if (size > (u64)(S->end - at)) __builtin_trap();
  S->next = at + size;
  return at;
}

static u8 *slot_end(u32 n) {
  u8 *start = (u8 *)(SLOT_BASE + n * SLOT_STRIDE);
  if (!mapped[n]) {
    s64 at = sys6(SYS_mmap, ARG(start), SLOT_SIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (at < 0) __builtin_trap();
    mapped[n] = 1;
  }
  return start + SLOT_SIZE;
}

// Hands out the last `size` bytes of a slot, all zero.
static u8 *clear_slot(u32 n, u32 size) {
  u8 *end = slot_end(n);
  u32 dirty = used[n] > size ? used[n] : size;
  memset(end - dirty, 0, dirty);
  used[n] = size;
  return end - size;
}

u64 area_address(struct call *c, u32 n) {
  return SLOT_BASE + n * SLOT_STRIDE + SLOT_SIZE - c->step->areas[n].size;
}

// One part of an area: hex bytes or zN. Writes to `to` where that is given; returns the size.
static s64 read_part(struct text part, u8 *to) {
  u64 zeros;
  if (part.len && *part.at == 'z') {
    struct text number = {part.at + 1, part.len - 1};
    if (!parse_number(number, &zeros) || zeros > SLOT_SIZE) return -1;
    if (to) memset(to, 0, zeros);
    return zeros;
  }
  if (part.len % 2) return -1;
  for (u32 i = 0; i < part.len; i += 2) {
    int high = hex_digit(part.at[i]), low = hex_digit(part.at[i + 1]);
    if (high < 0 || low < 0) return -1;
    if (to) to[i / 2] = high << 4 | low;
  }
  return part.len / 2;
}

static int next_part(struct text *rest, struct text *part) {
  if (!rest->len) return 0;
  part->at = rest->at;
  part->len = 0;
  while (part->len < rest->len && rest->at[part->len] != '.') part->len++;
  u32 taken = part->len < rest->len ? part->len + 1 : part->len;
  rest->at += taken, rest->len -= taken;
  return 1;
}

// "-", or [ro:] and then hex bytes and zN (N zero bytes), with dots between: "0102.z14.ff"
int parse_area(struct call *c, struct text t, struct area *area) {
  struct text whole = t, rest, part;
  u32 size = 0, len = 0;
  if (equals(t, "-")) return 1;
  if (starts(t, "ro:")) t.at += 3, t.len -= 3, area->read_only = 1;
  for (rest = t; next_part(&rest, &part);) {
    s64 n = read_part(part, 0);
    if (n < 0 || (u64)(size + n) > SLOT_SIZE) return fail(c, "not an area:", whole);
    size += n;
    if (*part.at != 'z') len = size;
  }
  u8 *to = area->data = allocate(len);
  for (rest = t; next_part(&rest, &part) && to < area->data + len;) to += read_part(part, to);
  area->size = size;
  area->len = len;
  area->present = 1;
  return 1;
}

// Makes sure that the area's bytes up to `len` are written out.
static void reach(struct area *area, u32 len) {
  if (len <= area->len) return;
  u8 *data = allocate(len);
  memcpy(data, area->data, area->len);
  memset(data + area->len, 0, len - area->len);
  area->data = data;
  area->len = len;
}

// area.offset and then a value: an address (8 bytes) or a number of an earlier step (4 bytes)
static int apply_patch(struct call *c, struct text t) {
  struct text whole = t;
  u64 n, offset, value;
  if (!take_number(&t, &n) || !t.len || *t.at != '.') return fail(c, "not a patch:", whole);
  t.at++, t.len--;
  if (!take_number(&t, &offset) || !t.len || (*t.at != '&' && *t.at != '$' && *t.at != '#')) {
    return fail(c, "not a patch:", whole);
  }
  if (n >= MAX_AREAS || !c->step->areas[n].present) return fail(c, "no such area", whole);
  u32 width = *t.at == '&' ? 8 : 4;
  struct area *area = &c->step->areas[n];
  if (offset > area->size || area->size - offset < width) {
    return fail(c, "the patch is outside of the area", whole);
  }
  if (!value_of(c, t, &value)) return 0;
  reach(area, offset + width);
  memcpy(area->data + offset, &value, width);
  return 1;
}

// Takes write permission from the pages of a read-only area, or gives it back.
static void protect(struct call *c, u32 n, int prot) {
  u64 end = SLOT_BASE + n * SLOT_STRIDE + SLOT_SIZE;
  u64 from = area_address(c, n) & ~4095ul;
  if (from < end) sys3(SYS_mprotect, from, end - from, prot);
}

int place_areas(struct call *c) {
  for (u32 i = 0; i < c->nwords; i++) {
    if (equals(c->words[i].key, "p") && !apply_patch(c, c->words[i].val)) return 0;
  }
  for (u32 n = 0; n < MAX_AREAS; n++) {
    struct area *area = &c->step->areas[n];
    if (!area->present) continue;
    memcpy(clear_slot(n, area->size), area->data, area->len);
    if (area->read_only) protect(c, n, PROT_READ);
  }
  return 1;
}

static u32 without_zeros(const u8 *at, u32 size) {
  while (size >= 8) {
    u64 last;
    __builtin_memcpy(&last, at + size - 8, 8);
    if (last) break;
    size -= 8;
  }
  while (size && !at[size - 1]) size--;
  return size;
}

// Keeps what the areas hold after the step, and notes which of them changed.
void capture_areas(struct call *c) {
  for (u32 n = 0; n < MAX_AREAS; n++) {
    struct area *area = &c->step->areas[n];
    if (!area->present) continue;
    const u8 *at = (const u8 *)area_address(c, n);
    u32 len = without_zeros(at, area->size);
    if (area->read_only) protect(c, n, PROT_READ | PROT_WRITE);
    area->changed = area->reported || len > area->len || memcmp(at, area->data, area->len);
    if (!area->changed) continue;
    area->data = allocate(len);
    memcpy(area->data, at, len);
    area->len = len;
  }
}

// An area of zeros that the op itself adds for what it reads.
u8 *make_area(struct call *c, u32 n, u32 size) {
  struct area *area = &c->step->areas[n];
  *area = (struct area){.present = 1, .size = size};
  return clear_slot(n, size);
}

// A string in a slot of its own: hex, or text from / on, or text after ". Also - for NULL and
// @address for an address as it is.
u64 place_string(struct call *c, struct text t) {
  u32 slot = MAX_AREAS + c->nstrings;
  u64 address;
  if (equals(t, "-")) return 0;
  if (t.len && *t.at == '@') {
    if (!parse_number((struct text){t.at + 1, t.len - 1}, &address)) fail(c, "not an address:", t);
    return address;
  }
  int literal = t.len && (*t.at == '/' || *t.at == '"');
  if (t.len && *t.at == '"') t.at++, t.len--;
  s64 size = literal ? t.len : t.len && *t.at == 'z' ? -1 : read_part(t, 0);
  if (size < 0 || size >= (s64)SLOT_SIZE || c->nstrings == MAX_STRINGS) {
    fail(c, "not a string:", t);
    return 0;
  }
  c->nstrings++;
  u8 *at = clear_slot(slot, size + 1);
  if (literal) memcpy(at, t.at, t.len);
  else read_part(t, at);
  return (u64)at;
}
