// SPDX-License-Identifier: MIT
// Descriptors that travel over unix sockets.
#include "executor.h"

enum {
  AF_UNIX = 1, SOCK_STREAM = 1, SOL_SOCKET = 1, SCM_RIGHTS = 1, MSG_CTRUNC = 8, MSG_DONTWAIT = 0x40,
  MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000, MAX_FDS = 256,
};

struct iovec {
  void *base;
  u64 len;
};

struct msghdr {
  void *name;
  u32 namelen;
  struct iovec *iov;
  u64 iovlen;
  void *control;
  u64 controllen;
  u32 flags;
};

struct rights {
  u64 len;
  s32 level, type;
  s32 fds[MAX_FDS];
};

// Both descriptors are area 1 of the result.
s64 op_socketpair(struct call *c) {
  u8 *at = make_area(c, 1, 8);
  s64 ret = sys4(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, at);
  c->step->areas[1].reported = ret >= 0;
  return ret;
}

static int read_fds(struct call *c, struct rights *rights, u32 *count) {
  struct text *list = word_of(c, "fds"), rest;
  *count = 0;
  if (!list) return 1;
  for (rest = *list; rest.len;) {
    struct text one = {rest.at, 0};
    u64 fd;
    while (one.len < rest.len && rest.at[one.len] != ',') one.len++;
    u32 taken = one.len < rest.len ? one.len + 1 : one.len;
    rest.at += taken, rest.len -= taken;
    if (*count == MAX_FDS) return fail(c, "too many fds", (struct text){0});
    if (!value_of(c, one, &fd)) return 0;
    rights->fds[(*count)++] = fd;
  }
  return 1;
}

// One byte of data, and the descriptors fds=3,4 with it.
s64 op_send(struct call *c) {
  static struct rights rights;
  u32 count;
  u8 data = 0;
  u64 fd = number_of(c, "fd");
  if (!read_fds(c, &rights, &count) || c->why) return 0;
  struct iovec iov = {&data, 1};
  struct msghdr message = {.iov = &iov, .iovlen = 1};
  rights.len = 16 + 4 * count;
  rights.level = SOL_SOCKET;
  rights.type = SCM_RIGHTS;
  if (count) {
    message.control = &rights;
    message.controllen = (rights.len + 7) & ~7ul;
  }
  return sys3(SYS_sendmsg, fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// One message; the received descriptors are area 1 of the result.
s64 op_recv(struct call *c) {
  static struct rights rights;
  u8 data;
  u64 flags = MSG_DONTWAIT | (number_or(c, "cloexec", 0) ? MSG_CMSG_CLOEXEC : 0);
  struct iovec iov = {&data, 1};
  struct msghdr message = {
      .iov = &iov, .iovlen = 1, .control = &rights, .controllen = sizeof rights};
  rights.len = 0;
  s64 ret = sys3(SYS_recvmsg, c->arg[0], &message, flags);
  if (ret < 0) return ret;
  if (message.controllen > 16 && rights.len > 16 && rights.type == SCM_RIGHTS) {
    u32 size = rights.len - 16;
    memcpy(make_area(c, 1, size), rights.fds, size);
    c->step->areas[1].reported = 1;
  }
  if (message.flags & MSG_CTRUNC) add_words(c, "ctrunc", 1, 0);
  return ret;
}
