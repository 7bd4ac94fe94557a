import { rules } from "../../kernel/rule.ts";

/** Extended attributes `bpf.NAME` of a pin. */
export const FACT = rules("BPF_XATTR", {
  not_pin: ["EOPNOTSUPP", "the path names no pin of a map or a program"],
  read: ["EACCES", "getxattr: the mode of the pin does not let the caller read"],
  owned: ["EPERM", "setxattr, removexattr: what an object is cannot be set"],
  absent: ["ENODATA", "objects of this kind have no such fact, or not on this kernel"],
  range: ["ERANGE", "the buffer is too small for the text"],
});

/** Files below /sys/kernel/bpf. */
export const KOBJECT = rules("KOBJECT", {
  absent: ["ENOENT", "no object has the id, or objects of this kind have no such attribute"],
  not_dir: ["ENOTDIR", "an attribute is read as a directory"],
  is_dir: ["EISDIR", "a directory is opened for writing"],
  write: ["EACCES", "an attribute is opened for writing"],
  gone: ["ENODEV", "the object went after the attribute was opened"],
});

export const ATTRIBUTE_RULES = [FACT, KOBJECT].flatMap((table) => Object.values(table));
