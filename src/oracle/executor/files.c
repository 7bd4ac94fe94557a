// SPDX-License-Identifier: MIT
// Ops on files, directories and mappings that need more than one plain call.
#include "executor.h"

// struct stat of x86_64
struct stat {
  u64 dev, ino, nlink;
  u32 mode, uid, gid, pad;
  u64 rdev;
  s64 size, blksize, blocks;
  u64 times[6];
  s64 unused[3];
};

struct statfs {
  s64 type, bsize;
  u64 blocks, bfree, bavail, files, ffree;
  s32 fsid[2];
  s64 namelen, frsize, flags, spare[4];
};

// stat, lstat and fstat; the op's name says which
s64 op_stat(struct call *c) {
  struct stat st;
  char kind = *c->step->line.at == ' ' ? c->step->line.at[1] : *c->step->line.at;
  s64 ret = sys2(kind == 's' ? SYS_stat : kind == 'l' ? SYS_lstat : SYS_fstat, c->arg[0], &st);
  if (ret < 0) return ret;
  add_words(c, "mode", st.mode, 3);
  add_words(c, "uid", st.uid, 0);
  add_words(c, "gid", st.gid, 0);
  add_words(c, "nlink", st.nlink, 0);
  add_words(c, "size", st.size, 0);
  return ret;
}

s64 op_statfs(struct call *c) {
  struct statfs st;
  s64 ret = sys2(SYS_statfs, c->arg[0], &st);
  if (ret < 0) return ret;
  add_words(c, "type", st.type, 4);
  add_words(c, "bsize", st.bsize, 0);
  add_words(c, "namelen", st.namelen, 0);
  add_words(c, "flags", st.flags, 4);
  return ret;
}

struct dirent {
  u64 ino;
  s64 off;
  u16 reclen;
  u8 type;
  char name[];
} __attribute__((packed));

static int before(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (u8)*a < (u8)*b;
}

// Puts a name in its place among the sorted ones.
static void insert(const char **names, u32 n, const char *name) {
  while (n && before(name, names[n - 1])) names[n] = names[n - 1], n--;
  names[n] = name;
}

static s64 read_names(s64 fd, const char **names, u32 max) {
  u32 count = 0;
  for (;;) {
    char *buffer = allocate(16384);
    s64 n = sys3(SYS_getdents64, fd, buffer, 16384);
    if (n <= 0) return n < 0 ? n : count;
    for (s64 at = 0; at < n;) {
      struct dirent *entry = (struct dirent *)(buffer + at);
      struct text name = {entry->name, length(entry->name)};
      at += entry->reclen;
      if (!equals(name, ".") && !equals(name, "..") && count < max) {
        insert(names, count++, entry->name);
      }
    }
  }
}

static void no_flush(struct output *o) {
  o->len = o->size - 1;
}

// The names in a directory, sorted, as names=<hex>,<hex>; returns how many.
s64 op_getdents(struct call *c) {
  enum { MAX = 1024 };
  const char **names = allocate(MAX * sizeof *names);
  s64 fd = sys3(SYS_open, c->arg[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  s64 count = read_names(fd, names, MAX);
  sys1(SYS_close, fd);
  if (count < 0) return count;
  u32 size = 16;
  for (s64 i = 0; i < count; i++) size += 2 * length(names[i]) + 1;
  struct output o = {allocate(size), 0, size, no_flush};
  put(&o, " names=");
  for (s64 i = 0; i < count; i++) {
    if (i) put_char(&o, ',');
    put_hex(&o, (const u8 *)names[i], length(names[i]));
  }
  c->step->words = (struct text){o.at, o.len};
  return count;
}

// read fd n: the bytes are area 1 of the result, unless the step brings an area 1 of its own.
s64 op_read(struct call *c) {
  struct area *area = &c->step->areas[1];
  u64 n = c->arg[1];
  if (area->present) return sys3(SYS_read, c->arg[0], area_address(c, 1), n);
  if (n > SLOT_SIZE) return !fail(c, "n is too large", (struct text){0});
  u8 *at = make_area(c, 1, n);
  s64 ret = sys3(SYS_read, c->arg[0], at, n);
  u32 got = ret > 0 ? ret : 0;
  for (u32 i = got; i-- > 0;) at[n - got + i] = at[i];  // what was read becomes the whole area
  area->size = got;
  area->reported = ret > 0;
  return ret;
}

// The third word of a line is `bpf`.
static int is_bpf(const u8 *line, const u8 *end) {
  for (u32 blanks = 0; line < end; line++) {
    if (*line == ' ' && ++blanks == 2) break;
  }
  return end - line > 5 && equals((struct text){(const char *)line, 5}, " bpf ");
}

// The lines of /proc/self/mounts that are of bpffs; they are area 1 of the result.
s64 op_mounts(struct call *c) {
  enum { MAX = 1 << 18 };
  u8 *all = allocate(MAX);
  s64 n = 0, got, fd = sys3(SYS_open, "/proc/self/mounts", O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  while ((got = sys3(SYS_read, fd, all + n, MAX - n)) > 0) n += got;
  sys1(SYS_close, fd);
  u8 *end = all + n, *to = all;
  for (u8 *line = all; line < end;) {
    u8 *next = line;
    while (next < end && *next++ != '\n') continue;
    if (is_bpf(line, next)) {
      memcpy(to, line, next - line);
      to += next - line;
    }
    line = next;
  }
  u64 size = to - all;
  if (size > SLOT_SIZE) return !fail(c, "too many mounts", (struct text){0});
  if (!size) return 0;
  memcpy(make_area(c, 1, size), all, size);
  c->step->areas[1].reported = 1;
  return size;
}

s64 op_write(struct call *c) {
  struct area *area = &c->step->areas[1];
  if (!area->present) return !fail(c, "missing key", (struct text){"a1", 2});
  return sys3(SYS_write, c->arg[0], area_address(c, 1), area->size);
}

static struct {
  u8 *at;
  u64 len;
} kept[MAX_KEPT];
static u32 nkept;

// Keeps a mapping until the task ends; returns its number, from 0.
s64 op_mmap(struct call *c) {
  if (nkept == MAX_KEPT) return !fail(c, "too many mappings", (struct text){0});
  u64 at = KEPT_BASE + nkept * KEPT_STRIDE;
  s64 ret = sys6(SYS_mmap, at, c->arg[3], c->arg[1], c->arg[2], c->arg[0], c->arg[4]);
  if (ret < 0 && ret > -4096) return ret;
  kept[nkept].at = (u8 *)ret;
  kept[nkept].len = c->arg[3];
  return nkept++;
}

s64 op_munmap(struct call *c) {
  if (c->arg[0] >= nkept) return !fail(c, "no such mapping", (struct text){0});
  return sys2(SYS_munmap, kept[c->arg[0]].at, kept[c->arg[0]].len);
}

// Reads n bytes of a mapping at off; they are area 1 of the result.
s64 op_peek(struct call *c) {
  u64 n = c->arg[2];
  if (c->arg[0] >= nkept) return !fail(c, "no such mapping", (struct text){0});
  if (n > SLOT_SIZE) return !fail(c, "n is too large", (struct text){0});
  memcpy(make_area(c, 1, n), kept[c->arg[0]].at + c->arg[1], n);
  c->step->areas[1].reported = 1;
  return n;
}

// Writes area 1 into a mapping at off.
s64 op_poke(struct call *c) {
  struct area *area = &c->step->areas[1];
  if (c->arg[0] >= nkept) return !fail(c, "no such mapping", (struct text){0});
  if (!area->present) return !fail(c, "missing key", (struct text){"a1", 2});
  memcpy(kept[c->arg[0]].at + c->arg[1], (u8 *)area_address(c, 1), area->size);
  return area->size;
}
