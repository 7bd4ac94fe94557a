/** The flags of calls that take paths, and the modes of files, under their uapi names (fcntl.h, stat.h). */
export const O_ACCMODE = 3;
export const O_WRONLY = 1;
/** Make the file where it is not there. */
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_DIRECT = 0o40000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_NOATIME = 0o1000000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
/** The bit of O_TMPFILE that is its own: the whole is this one and O_DIRECTORY. */
export const __O_TMPFILE = 0o20000000;
/** 7.2's own: an empty path is the directory descriptor. */
export const O_EMPTYPATH = 1 << 26;

/** In place of a directory descriptor: the working directory. */
export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_EACCESS = 0x200;
export const AT_EMPTY_PATH = 0x1000;

export const S_IFMT = 0o170000;
export const S_IFIFO = 0o10000;
export const S_IFCHR = 0o20000;
export const S_IFDIR = 0o40000;
export const S_IFBLK = 0o60000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;
export const S_IFSOCK = 0o140000;
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_IXGRP = 0o10;
/** Every bit of a mode that chmod(2) can set. */
export const S_IALLUGO = 0o7777;
