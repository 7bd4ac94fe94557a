// SPDX-License-Identifier: MIT
// Scripts come in, results go out.
#include "executor.h"

enum { IN = 3, OUT = 4, INPUT_SIZE = 32 << 20, READ_SIZE = 1 << 16, OUTPUT_SIZE = 1 << 16 };

int alone;
static char input[INPUT_SIZE], output[OUTPUT_SIZE];

static void write_out(struct output *o) {
  u64 done = 0;
  while (done < o->len) {
    s64 n = sys3(SYS_write, OUT, o->at + done, o->len - done);
    if (n == -EINTR || n == -EAGAIN) continue;
    if (n < 0) sys1(SYS_exit_group, 1);
    done += n;
  }
  o->len = 0;
}

static struct output out_stream = {output, 0, OUTPUT_SIZE, write_out};
static struct output *out = &out_stream;

void set_output(struct output *o) {
  out = o;
}

void die(const char *what, s64 error) {
  put(out, "fatal ");
  put(out, what);
  put(out, ": ");
  put_number(out, error);
  put_char(out, '\n');
  out->flush(out);
  if (sys0(SYS_getpid) == 1) power_off();
  sys1(SYS_exit_group, 1);
  __builtin_unreachable();
}

// Runs one script and reports it.
void serve(struct text script, struct output *results) {
  const char *why = load_script(script);
  u32 left = 0;
  if (!why) {
    run_script();
    if (alone) left = settle();
    report_script(results);
  }
  put(results, "done ");
  put_text(results, S->name);
  put_text(results, S->notes);
  if (left) put(results, " left="), put_number(results, left);
  if (why) put(results, " bad="), put(results, why);
  put_char(results, '\n');
}

// Takes a whole script from the front of `rest`: from its first line to the one before `end`.
int next_script(struct text *rest, struct text *script) {
  struct text from = *rest, line;
  script->at = 0;
  while (next_line(&from, &line)) {
    if (line.at + line.len == rest->at + rest->len) return 0;  // the line is not whole yet
    if (!script->at && starts(line, "script")) script->at = line.at;
    if (!equals(line, "end")) continue;
    if (script->at) script->len = line.at - script->at;
    *rest = from;
    return 1;
  }
  return 0;
}

// `ready RELEASE cpus=POSSIBLE version=...` to the end of the line
void announce(void) {
  struct {
    char sysname[65], nodename[65], release[65], version[65], machine[65], domain[65];
  } name;
  char cpus[64] = {0};
  sys1(SYS_uname, &name);
  s64 fd = sys3(SYS_open, "/sys/devices/system/cpu/possible", O_RDONLY, 0);
  s64 n = sys3(SYS_read, fd, cpus, sizeof cpus - 1);
  sys1(SYS_close, fd);
  u64 last = 0;
  while (n > 0 && hex_digit(cpus[n - 1]) < 0) n--;
  while (n > 0 && hex_digit(cpus[n - 1]) >= 0) n--;  // the last number of "0-3"
  parse_number((struct text){cpus + n, length(cpus) - n - 1}, &last);
  put(out, "ready ");
  put(out, name.release);
  put(out, " cpus=");
  put_number(out, last + 1);
  put(out, " version=");
  put(out, name.version);
  put_char(out, '\n');
  out->flush(out);
}

static void serve_stream(void) {
  u64 len = 0;
  announce();
  for (;;) {
    struct text rest = {input, len}, script;
    while (next_script(&rest, &script)) {
      if (script.at) serve(script, out);
    }
    out->flush(out);
    memcpy(input, rest.at, rest.len);
    len = rest.len;
    if (len > INPUT_SIZE - READ_SIZE) die("the script is too long", 0);
    s64 n = sys3(SYS_read, IN, input + len, READ_SIZE);
    if (n == -EINTR) continue;
    if (n <= 0) return;
    len += n;
  }
}

// Moves stdin and stdout out of the way: scripts see /dev/null as 0, 1, 2 and nothing else.
static void move_descriptors(void) {
  enum { F_DUPFD = 0 };
  sys3(SYS_close_range, 3, ~0u, 0);
  sys3(SYS_fcntl, 0, F_DUPFD, IN);
  sys3(SYS_fcntl, 1, F_DUPFD, OUT);
  for (u32 fd = 0; fd < 3; fd++) {
    sys1(SYS_close, fd);
    s64 got = sys3(SYS_open, "/dev/null", O_RDWR, 0);
    if (got != fd) die("opening /dev/null", got);
  }
}

static void start(s64 argc, char **argv) {
  struct text command = {argc > 1 ? argv[1] : "", argc > 1 ? length(argv[1]) : 0};
  if (equals(command, "resume")) resume_task((argv[2][0] - '0') * 10 + argv[2][1] - '0');
  if (sys0(SYS_getpid) == 1) guest_main();
  move_descriptors();
  make_world();
  serve_stream();
}

__attribute__((used)) static void enter(u64 *stack) {
  start(stack[0], (char **)(stack + 1));
  sys1(SYS_exit_group, 0);
}

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  xor %ebp, %ebp\n"
    "  mov %rsp, %rdi\n"
    "  and $-16, %rsp\n"
    "  call enter\n");
