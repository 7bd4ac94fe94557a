import { rules } from "../../kernel/rule.ts";

export const EXPAND = rules("MAP_EXPAND", {
  bad_fd: ["EBADF", "`map_fd` is not open"],
  not_map: ["EINVAL", "`map_fd` is not a map: a program has no keys"],
  format: [
    "EINVAL",
    "the format string has an unknown conversion or more than eight, or does not print exactly the bytes of a key or value; or BTF is asked for and does not say how to print them all",
  ],
  not_bpffs: ["EPERM", "the directory is not on a bpffs"],
});

export const MOUNT = rules("MOUNT_KEYS", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  source: ["EINVAL", "the source is not a pinned map"],
  format: ["EINVAL", "the format string is refused, as with MAP_EXPAND"],
  target: ["ENOTDIR", "the target is not a directory"],
});

/** Of the files and directories themselves. What is not here is as everywhere (PATH, open, DELETE). */
export const KEY = rules("KEY_FILE", {
  absent: ["ENOENT", "no key of the map is printed as this name"],
  not_dir: ["ENOTDIR", "a name follows the name of a key"],
  not_key: ["EINVAL", "O_CREAT, and the name is not what a key of the map is printed as"],
  only_keys: ["EPERM", "something else than a key is to be made in, or moved from or to a map"],
  is_key: ["ENOTDIR", "rmdir of a key"],
  bad_fd: ["EBADF", "getdents_keys: the descriptor is not open"],
  not_dir_of_keys: ["EINVAL", "getdents_keys: the descriptor is not of a directory of keys"],
  gone: ["ENOENT", "the key was deleted after the file was opened"],
  text: ["EINVAL", "the text is not what a value of the map is printed as"],
  frozen: ["EPERM", "the map is frozen"],
  fixed: ["EPERM", "unlink of a key of an array: its keys cannot be deleted"],
});

export const KEYS_RULES = [EXPAND, MOUNT, KEY].flatMap((table) => Object.values(table));
