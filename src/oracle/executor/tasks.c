// SPDX-License-Identifier: MIT
// Tasks in lockstep: one process has the turn, runs its step, and hands over to the next step's.
#include "executor.h"

static u32 me = MAX_TASKS;         // main is no task

static void wake(struct task *task) {
  __atomic_store_n(&task->go, 1, __ATOMIC_SEQ_CST);
  sys3(SYS_futex, &task->go, FUTEX_WAKE, 1);
}

static void finish(void) {
  __atomic_store_n(&S->finished, 1, __ATOMIC_SEQ_CST);
  for (u32 i = 0; i < S->ntasks; i++) {
    if (i != me && S->tasks[i].state == ALIVE) wake(&S->tasks[i]);
  }
}

const char *why_gone(u32 task) {
  if (S->limit_hit) return "time limit";
  if (task >= S->ntasks) return "no such task";
  return S->tasks[task].signal ? "the task was killed" : "the task is gone";
}

// Gives the turn to the task of step `next`, or of the first step after it whose task can take it.
void hand_over(u32 next) {
  for (; next < S->nsteps; next++) {
    struct step *step = &S->steps[next];
    struct task *task = &S->tasks[step->task];
    u32 state = step->task < S->ntasks
                    ? __atomic_load_n(&task->state, __ATOMIC_SEQ_CST) : (u32)NEVER;
    if (state == ALIVE) {
      __atomic_store_n(&S->current, next, __ATOMIC_SEQ_CST);
      if (step->task != me) wake(task);
      return;
    }
    refuse(step, why_gone(step->task), (struct text){0});
  }
  finish();
}

// Sleeps until the turn may be here. A main process that died leaves nobody behind.
static void wait_for_go(void) {
  struct task *task = &S->tasks[me];
  struct timespec second = {1, 0};
  s64 parent = sys0(SYS_getppid);
  while (!__atomic_exchange_n(&task->go, 0, __ATOMIC_SEQ_CST)) {
    sys4(SYS_futex, &task->go, FUTEX_WAIT, 0, &second);
    if (sys0(SYS_getppid) != parent) sys1(SYS_exit_group, 1);
  }
}

static int has_turn(void) {
  if (__atomic_load_n(&S->finished, __ATOMIC_SEQ_CST)) sys1(SYS_exit_group, 0);
  return S->steps[__atomic_load_n(&S->current, __ATOMIC_SEQ_CST)].task == me;
}

static void __attribute__((noreturn)) live(void) {
  for (;;) {
    while (has_turn()) {
      u32 step = S->current;
      run_step(&S->steps[step]);
      hand_over(step + 1);
    }
    wait_for_go();
  }
}

static void __attribute__((noreturn)) start_forked(u32 task) {
  me = task;
  wait_for_go();
  S->tasks[me].nested |= sys0(SYS_getpid) != S->tasks[me].pid;
  live();
}

// All tasks are children of main, so that it is main that learns of every death.
s64 fork_task(u64 flags) {
  u32 n = S->ntasks;
  if (n == MAX_TASKS) return -EAGAIN;
  struct task *task = &S->tasks[n];
  *task = (struct task){.state = ALIVE, .nested = S->tasks[me].nested};
  S->ntasks = n + 1;
  s64 pid = sys5(SYS_clone, flags | CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) start_forked(n);
  if (pid < 0) {
    task->state = NEVER;
    S->ntasks = n;
    return pid;
  }
  task->pid = task->nested ? 0 : pid;
  return n;
}

// The turn stays: main hands it over when the process is gone and its descriptors are closed.
void exit_task(struct step *step, s64 code) {
  step->ret = 0;
  step->state = RAN;
  sys1(SYS_exit_group, code);
  __builtin_unreachable();
}

// A real execve of the executor itself. It returns only where it fails.
s64 exec_task(void) {
  static char number[4];
  static const char *const argv[] = {SELF_FILE, "resume", number, 0};
  static const char *const envp[] = {0};
  number[0] = '0' + me / 10;
  number[1] = '0' + me % 10;
  return sys3(SYS_execve, SELF_FILE, argv, envp);
}

void resume_task(u32 task) {
  me = task;
  map_shared(0);
  u32 step = S->current;
  S->steps[step].ret = 0;
  S->steps[step].state = RAN;
  hand_over(step + 1);
  live();
}

void first_task(void) {
  u64 chld = 1ul << (SIGCHLD - 1);
  me = 0;
  sys2(SYS_setpgid, 0, 0);
  sys4(SYS_rt_sigprocmask, SIG_UNBLOCK, &chld, 0, 8);
  sys3(SYS_close_range, 3, ~0u, 0);
  s64 error = S->own_filesystem ? give_filesystem() : 0;
  if (error < 0) {
    S->no_filesystem = -error;
    sys1(SYS_exit_group, 1);
  }
  hand_over(0);
  live();
}

// Puts a decimal number at a place and returns the place behind it.
static char *put_decimal(char *at, u64 n) {
  char digits[20];
  u32 count = 0;
  do digits[count++] = '0' + n % 10;
  while (n /= 10);
  while (count) *at++ = digits[--count];
  return at;
}

// Writes area 1 to uid_map (ids=0) or gid_map (ids=1) of a task.
s64 op_idmap(struct call *c) {
  char path[48] = "/proc/", *at = path + 6;
  const char *name = c->arg[1] ? "/gid_map" : "/uid_map";
  u64 task = c->arg[0];
  struct area *area = &c->step->areas[1];
  if (!area->present) return !fail(c, "missing key", (struct text){"a1", 2});
  if (task != me && (task >= S->ntasks || !S->tasks[task].pid)) {
    return !fail(c, "no pid is known of the task", (struct text){0});
  }
  // The first task's own pid is known to main alone for a moment.
  at = put_decimal(at, task == me ? sys0(SYS_getpid) : (s64)S->tasks[task].pid);
  while ((*at++ = *name++)) continue;
  s64 fd = sys3(SYS_open, path, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  s64 ret = sys3(SYS_write, fd, area_address(c, 1), area->size);
  sys1(SYS_close, fd);
  return ret < 0 ? ret : 0;
}
