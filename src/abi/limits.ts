/** Sizes that calls are held to, under their names in Linux (linux/limits.h, linux/fs.h, linux/btf.h, x86's page). */
export const PAGE_SIZE = 4096;
/** The NUL counts. */
export const PATH_MAX = 4096;
/** The NUL does not count. */
export const NAME_MAX = 255;
/** The longest name of an extended attribute, without its NUL. */
export const XATTR_NAME_MAX = 255;
export const XATTR_SIZE_MAX = 65536;
export const INT_MAX = 0x7fffffff;
/** What RLIMIT_NOFILE cannot be raised above (`fs.nr_open`). */
export const NR_OPEN = 1048576;
/** The largest id that a type can have, or refer to. */
export const BTF_MAX_TYPE = 0xfffff;
/** `UINT_MAX >> 2`: no log of the verifier or of BTF is larger. */
export const LOG_SIZE_MAX = 0x3fffffff;
