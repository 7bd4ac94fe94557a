// SPDX-License-Identifier: MIT
// The executor as init of a qemu guest. Scripts and results lie in memory that the guest shares
// with its host (the BAR of an ivshmem-plain device); a byte over the first serial port says whose
// turn it is. A serial port alone would be slower by far.
//
// The host writes scripts at INPUT_AT and their length at 0, and sends a byte. The guest writes
// results at OUTPUT_AT and their length so far at 4 after every script, so that a host whose guest
// panics still sees how far it came. It sends `d` when all scripts are done, and `m` when the
// results so far must be taken first; after `m` it waits for a byte.
#include "executor.h"

#define DEVICE "/sys/bus/pci/devices/0000:00:10.0/"

enum {
  INPUT_AT = 4096, OUTPUT_AT = 16 << 20, MAILBOX_SIZE = 32 << 20,
  TCGETS = 0x5401, TCSETS = 0x5402, POWER_OFF = 0x4321fedc, LINE = 3, POLLIN = 1,
  IDLE_MS = 600000,
};

static volatile u32 *mailbox;

static void must(const char *what, s64 error) {
  if (error < 0) die(what, error);
}

static void ring(char c) {
  sys3(SYS_write, LINE, &c, 1);
}

// A host that forgot its guest leaves it running; so the guest itself goes after a while.
static void wait_ring(void) {
  struct {
    s32 fd;
    u16 events, got;
  } line = {LINE, POLLIN, 0};
  char c;
  if (sys3(SYS_poll, &line, 1, IDLE_MS) == 0) power_off();
  must("reading the serial line", sys3(SYS_read, LINE, &c, 1));
}

static void write_line(struct output *o) {
  for (u64 done = 0; done < o->len;) {
    s64 n = sys3(SYS_write, LINE, o->at + done, o->len - done);
    if (n > 0) done += n;
    else if (n != -EINTR && n != -EAGAIN) break;
  }
  o->len = 0;
}

static void hand_in(struct output *o) {
  mailbox[1] = o->len;
  ring('m');
  wait_ring();
  o->len = 0;
}

// struct termios: four flag words, the line, and 19 control characters
static void make_raw(s64 fd) {
  struct {
    u32 input, output, control, local;
    u8 line, chars[19];
  } settings;
  must("TCGETS", sys3(SYS_ioctl, fd, TCGETS, &settings));
  settings.input = settings.output = settings.local = 0;
  settings.control = 0x1002 | 0x30 | 0x80 | 0x800;  // 115200, 8 bits, receive, no modem lines
  settings.chars[6] = 1;                            // VMIN
  settings.chars[5] = 0;                            // VTIME
  must("TCSETS", sys3(SYS_ioctl, fd, TCSETS, &settings));
}

static void open_line(void) {
  sys3(SYS_close_range, 0, ~0u, 0);
  for (u32 fd = 0; fd < 3; fd++) sys3(SYS_open, "/dev/null", O_RDWR, 0);
  s64 fd = sys3(SYS_open, "/dev/ttyS0", O_RDWR | O_NOCTTY, 0);
  if (fd == LINE) make_raw(fd);
}

static void open_mailbox(void) {
  s64 fd = sys3(SYS_open, DEVICE "enable", O_WRONLY | O_CLOEXEC, 0);
  must("finding the shared memory", fd);
  sys3(SYS_write, fd, "1", 1);
  sys1(SYS_close, fd);
  fd = sys3(SYS_open, DEVICE "resource2", O_RDWR | O_CLOEXEC, 0);
  must("opening the shared memory", fd);
  s64 at = sys6(SYS_mmap, 0, MAILBOX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at < 0 && at > -4096) die("mapping the shared memory", at);
  sys1(SYS_close, fd);
  sys3(SYS_madvise, at, MAILBOX_SIZE, MADV_DONTFORK);  // else every fork copies its page tables
  mailbox = (u32 *)at;
}

static void mount_all(void) {
  must("mounting /proc", sys5(SYS_mount, "proc", "/proc", "proc", 0, 0));
  must("mounting /sys", sys5(SYS_mount, "sysfs", "/sys", "sysfs", 0, 0));
  must("mounting /dev", sys5(SYS_mount, "devtmpfs", "/dev", "devtmpfs", 0, "mode=0755"));
}

static void run_batch(struct output *results) {
  struct text rest = {(const char *)mailbox + INPUT_AT, mailbox[0]}, script;
  results->len = 0;
  mailbox[1] = 0;
  while (next_script(&rest, &script)) {
    if (script.at) serve(script, results);
    mailbox[1] = results->len;
  }
}

void guest_main(void) {
  static char lines[512];
  static struct output line = {lines, 0, sizeof lines, write_line};
  mount_all();
  open_line();
  set_output(&line);
  open_mailbox();
  make_world();
  alone = 1;
  note_objects();
  announce();
  struct output results = {(char *)mailbox + OUTPUT_AT, 0, MAILBOX_SIZE - OUTPUT_AT, hand_in};
  for (;;) {
    wait_ring();
    run_batch(&results);
    ring('d');
  }
}

void power_off(void) {
  sys4(SYS_reboot, 0xfee1dead, 672274793, POWER_OFF, 0);
}
