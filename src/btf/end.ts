import { rules } from "../kernel/rule.ts";

/** What BTF_LOAD refuses after the BTF was looked at. */
export const END = rules("BTF_LOAD", {
  log_true_size_fault: ["EFAULT", "`btf_log_true_size` cannot be written back to attr", {
    since: "6.12",
  }],
  log_fault: ["EFAULT", "the log cannot be written, whatever the BTF is like", { since: "6.12" }],
  log_space: [
    "ENOSPC",
    "the log does not fit the buffer: from 6.12 on whatever the BTF is like; until 6.1 only where the BTF is right, and a log that just fits counts too",
  ],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors; an id has been used up"],
});
