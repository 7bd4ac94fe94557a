// SPDX-License-Identifier: MIT
// The main process while a script runs: it reaps tasks, passes on the turn of the dead, and ends
// what takes too long.
#include "executor.h"

enum { GRACE_MS = 10000, TICK_MS = 20, NOTES = 512 };

static s32 group;

static void no_flush(struct output *o) {
  o->len = o->size - 1;
}

static void note(const char *key, u32 a, s64 b) {
  if (!S->notes.at) S->notes.at = allocate(NOTES);
  struct output o = {(char *)S->notes.at, S->notes.len, NOTES, no_flush};
  put_char(&o, ' ');
  put(&o, key);
  put_number(&o, a);
  if (b >= 0) put_char(&o, ':'), put_number(&o, b);
  S->notes.len = o.len;
}

// Which task a reaped process was. The pids of processes in a pid namespace of a script's own are
// not known here; then it is the one that had the turn, or else any of them.
static u32 task_of(s32 pid) {
  u32 unknown = MAX_TASKS;
  for (u32 i = 0; i < S->ntasks; i++) {
    struct task *task = &S->tasks[i];
    if (task->state != ALIVE) continue;
    if (task->pid == pid) return i;
    if (task->pid == 0 && (unknown == MAX_TASKS || S->steps[S->current].task == i)) unknown = i;
  }
  return unknown;
}

static void bury(s32 pid, s32 status) {
  u32 i = task_of(pid), signal = status & 0x7f;
  if (i == MAX_TASKS) return;      // none of ours: the child of a task's own clone
  if (!S->limit_hit) S->tasks[i].signal = signal;
  __atomic_store_n(&S->tasks[i].state, GONE, __ATOMIC_SEQ_CST);
}

static void pass_on_turn_of_the_dead(void) {
  if (S->finished || !S->nsteps) return;
  u32 current = __atomic_load_n(&S->current, __ATOMIC_SEQ_CST);
  struct step *step = &S->steps[current];
  if (S->tasks[step->task].state != GONE) return;
  if (step->state == NOT_RUN) {
    refuse(step, why_gone(step->task), (struct text){0});
  }
  hand_over(current + 1);
}

static void kill_all(void) {
  if (!S->limit_hit) note("limit=", S->current, -1);
  S->limit_hit = 1;
  sys2(SYS_kill, -group, SIGKILL);
  for (u32 i = 0; i < S->ntasks; i++) {
    if (S->tasks[i].state == ALIVE && S->tasks[i].pid > 0) {
      sys2(SYS_kill, S->tasks[i].pid, SIGKILL);
    }
  }
}

// Until no task is left.
static void supervise(void) {
  u64 chld = 1ul << (SIGCHLD - 1), start = now_ms();
  struct timespec tick = {0, TICK_MS * 1000000};
  for (;;) {
    s32 status = 0;
    s64 pid = sys4(SYS_wait4, -1, &status, WNOHANG, 0);
    if (pid == -ECHILD) return;
    if (pid > 0) bury(pid, status);
    pass_on_turn_of_the_dead();
    if (pid > 0) continue;
    sys4(SYS_rt_sigtimedwait, &chld, 0, &tick, 8);
    u64 spent = now_ms() - start;
    if (spent > S->limit_ms) kill_all();
    if (spent > S->limit_ms + GRACE_MS) die("a task cannot be killed", 0);
  }
}

void run_script(void) {
  S->ntasks = 1;
  S->tasks[0] = (struct task){.state = ALIVE};
  s64 pid = sys5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) first_task();
  if (pid < 0) die("fork", pid);
  group = S->tasks[0].pid = pid;
  supervise();
  for (u32 i = 0; i < S->ntasks; i++) {
    if (S->tasks[i].signal) note("killed=", i, S->tasks[i].signal);
  }
  if (S->no_filesystem) die("mount", -(s64)S->no_filesystem);
}
