// SPDX-License-Identifier: MIT
// Waiting until the kernel has let go of a script's objects. Some go a while after the last process:
// pins after an RCU grace period, descriptors in flight when the kernel collects them. Only where
// the executor is alone on the machine (a guest) does it make sense to look.
#include "executor.h"

enum { KINDS = 4, PATIENCE_MS = 300 };

static const u32 NEXT_ID[KINDS] = {11, 12, 23, 31};  // of programs, maps, BTF objects, links
static u32 known[KINDS];                             // the newest id that is there to stay

static u32 id_after(u32 kind, u32 id) {
  u32 attr[3] = {id, 0, 0};
  return sys3(SYS_bpf, NEXT_ID[kind], attr, sizeof attr) < 0 ? 0 : attr[1];
}

// What there is now stays.
void note_objects(void) {
  for (u32 kind = 0; kind < KINDS; kind++) {
    for (u32 id; (id = id_after(kind, known[kind]));) known[kind] = id;
  }
}

static u32 count_new(void) {
  u32 n = 0;
  for (u32 kind = 0; kind < KINDS; kind++) n += id_after(kind, known[kind]) != 0;
  return n;
}

// Returns how many kinds of objects have some left over.
u32 settle(void) {
  for (u32 ms = 0; ms < PATIENCE_MS; ms++) {
    if (!count_new()) return 0;
    sleep_ms(1);
  }
  u32 left = count_new();
  note_objects();
  return left;
}
