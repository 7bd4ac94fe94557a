// SPDX-License-Identifier: MIT
// The executor runs scripts of system calls and reports what the kernel answered.
//
// One process, the main one, reads scripts and prints results. Every script runs in a fresh
// process tree of tasks. What main and the tasks share (the script's text, whose turn it is, the
// results) lies in one file in a tmpfs that all of them map at one address, so that a task finds it
// again after a real execve. A task parses a step's line when its turn comes.
#ifndef EXECUTOR_H
#define EXECUTOR_H

#include "sys.h"

// Where things live in the address space. The addresses are fixed, so that an address that a kernel
// writes back is the same number in every run and on every kernel.
#define SHARED_BASE 0x200000000ul
#define SHARED_SIZE (128ul << 20)
#define SLOT_BASE 0x300000000ul    // slot n ends at SLOT_BASE + n * SLOT_STRIDE + SLOT_SIZE, and
#define SLOT_SIZE (8ul << 20)      // nothing is ever mapped from there to the next slot
#define SLOT_STRIDE (16ul << 20)
#define KEPT_BASE 0x400000000ul    // the mappings that the mmap op makes
#define KEPT_STRIDE (1ul << 30)

#define PRIVATE_DIR "/mnt"         // becomes a tmpfs of the executor's own
#define SHARED_FILE PRIVATE_DIR "/script"
#define SELF_FILE PRIVATE_DIR "/executor"

enum {
  MAX_TASKS = 64,
  MAX_AREAS = 16,
  MAX_STRINGS = 4,                 // path arguments of one step; they use the slots after the areas
  MAX_SLOTS = MAX_AREAS + MAX_STRINGS,
  MAX_WORDS = 160,
  MAX_KEPT = 32,
  DEFAULT_LIMIT_MS = 10000,
};

struct text {
  const char *at;
  u32 len;
};

struct area {
  u8 present, read_only;
  u8 reported;                     // made by the op itself; printed even when all its bytes are zero
  u8 changed;
  u32 size, len;                   // of `size` bytes the first `len` are at data, the rest are zero
  u8 *data;
};

enum result_state { NOT_RUN, RAN, REFUSED };

struct step {
  struct text line;                // from the op's name to the end of the line
  u32 task;
  u32 state;                       // enum result_state
  s64 ret;
  struct text words;               // further words of the result, or the reason of a refusal
  struct area areas[MAX_AREAS];
};

enum task_state { NEVER, ALIVE, GONE };

struct task {
  u32 go;                          // futex: the task may look at the turn
  u32 state;                       // enum task_state
  s32 pid;                         // as main sees it, 0 where that is not known
  u32 nested;                      // lives in a pid namespace of its own
  u32 signal;                      // what killed it
};

struct shared {
  u32 finished;
  u32 current;                     // the step whose turn it is
  u32 nsteps, ntasks;
  u32 own_filesystem;
  u32 no_filesystem;               // ... and it could not be made: the errno
  u32 limit_hit;
  u64 limit_ms;
  struct text name, notes;         // notes: what else the done line says
  struct step *steps;
  u8 *next, *end;                  // the arena, given out from next to end
  struct task tasks[MAX_TASKS];
};
#define S ((struct shared *)SHARED_BASE)

// One step while it runs.
struct call {
  struct step *step;
  struct word {
    struct text key, val;
  } words[MAX_WORDS];
  u32 nwords;
  u32 nstrings;
  u64 arg[6];                      // a plain system call's arguments
  const char *why;                 // set: the step cannot be run, for this reason
  struct text what;                // ... because of this word
};

struct op {
  const char *name;
  s32 nr;                          // a plain system call, or one of enum own
  const char *keys;                // "fd *path mode?": * a string, ? may be missing
  s64 (*run)(struct call *);
};

enum own {
  ARGUMENTS = -1,                  // the op takes its arguments from arg[], in the keys' order
  WORDS = -2,                      // the op reads its words itself
};

// text.c
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t length(const char *s);
int equals(struct text t, const char *s);
int starts(struct text t, const char *s);
int take_number(struct text *t, u64 *value);
int parse_number(struct text t, u64 *value);
int hex_digit(char c);
int next_line(struct text *rest, struct text *line);
int next_word(struct text *rest, struct text *word);

// output.c
struct output {
  char *at;
  u64 len, size;
  void (*flush)(struct output *);
};
void put_char(struct output *o, char c);
void put(struct output *o, const char *s);
void put_text(struct output *o, struct text t);
void put_number(struct output *o, s64 n);
void put_based(struct output *o, u64 n, u32 shift);
void put_hex(struct output *o, const u8 *bytes, u32 len);
void report_script(struct output *o);
void add_words(struct call *c, const char *key, u64 value, u32 shift);

// parse.c
const char *load_script(struct text script);
int read_words(struct call *c, const struct op *op, struct text rest);
int fail(struct call *c, const char *why, struct text what);
struct text *word_of(struct call *c, const char *key);
int value_of(struct call *c, struct text t, u64 *value);
u64 number_of(struct call *c, const char *key);
u64 number_or(struct call *c, const char *key, u64 otherwise);

// memory.c
void *allocate(u64 size);
int parse_area(struct call *c, struct text t, struct area *area);
int place_areas(struct call *c);
void capture_areas(struct call *c);
u64 area_address(struct call *c, u32 n);
u8 *make_area(struct call *c, u32 n, u32 size);
u64 place_string(struct call *c, struct text t);

// steps.c
void run_step(struct step *step);
void refuse(struct step *step, const char *why, struct text what);

// ops.c, sockets.c, files.c
extern const struct op OPS[];
s64 op_socketpair(struct call *c);
s64 op_send(struct call *c);
s64 op_recv(struct call *c);
s64 op_stat(struct call *c);
s64 op_statfs(struct call *c);
s64 op_getdents(struct call *c);
s64 op_mounts(struct call *c);
s64 op_idmap(struct call *c);
s64 op_read(struct call *c);
s64 op_write(struct call *c);
s64 op_mmap(struct call *c);
s64 op_munmap(struct call *c);
s64 op_peek(struct call *c);
s64 op_poke(struct call *c);

// tasks.c
const char *why_gone(u32 task);
void hand_over(u32 next);
s64 fork_task(u64 flags);
s64 exec_task(void);
void exit_task(struct step *step, s64 code) __attribute__((noreturn));
void first_task(void) __attribute__((noreturn));
void resume_task(u32 task) __attribute__((noreturn));

// supervise.c
void run_script(void);

// world.c
void make_world(void);
s64 give_filesystem(void);
void map_shared(int create);
u64 now_ms(void);
void sleep_ms(u64 ms);

// settle.c
void note_objects(void);
u32 settle(void);

// main.c
void die(const char *what, s64 error) __attribute__((noreturn));
void set_output(struct output *o);
extern int alone;                  // nobody else makes objects on this kernel
void announce(void);
int next_script(struct text *rest, struct text *script);
void serve(struct text script, struct output *results);

// guest.c
void guest_main(void) __attribute__((noreturn));
void power_off(void);

#endif
