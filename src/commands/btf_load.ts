import { BPF_F_TOKEN_FD } from "../abi/constants.ts";
import { isNull, read } from "../abi/memory.ts";
import { wordAt } from "../abi/words.ts";
import { bpfCapable } from "../kernel/capabilities.ts";
import { fileAt, freeFd, install } from "../kernel/fds.ts";
import { insert, nextFreeId } from "../kernel/ids.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, type Unmodelled, unmodelled } from "../kernel/outcome.ts";
import { putBtf } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import type { Args, Command } from "./args.ts";
import { commonLogFits } from "./common_log.ts";
import { DELTA, has } from "../versions/deltas.ts";

/** Source: kernel/bpf/syscall.c, bpf_btf_load, and kernel/bpf/btf.c for what follows `size`. */
export const R = rules("BTF_LOAD", {
  log: [
    "EINVAL",
    "`btf_log_buf`, `btf_log_size` and `btf_log_level` do not go together, or the common attributes have a log that is not sane or is another",
    { since: "7.2" },
  ],
  attr: ["EINVAL", "a byte after the last field is not zero"],
  btf_flags: ["EINVAL", "`btf_flags` has a bit other than BPF_F_TOKEN_FD", { since: "6.12" }],
  token_fd: ["EBADF", "`btf_flags` has BPF_F_TOKEN_FD and `btf_token_fd` is not open", {
    since: "6.12",
  }],
  not_token: ["EINVAL", "`btf_flags` has BPF_F_TOKEN_FD and `btf_token_fd` is not a token", {
    since: "6.12",
  }],
  capability: ["EPERM", "the caller has neither CAP_BPF nor CAP_SYS_ADMIN"],
  btf_size: ["E2BIG", "`btf_size` is above 16 MiB"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors; an id has been used up"],
});

const BTF_MAX_SIZE = 16 * 2 ** 20;

type Load = Args<"BTF_LOAD">;

/** BPF_BTF_LOAD: checks BTF and returns a descriptor of it. */
export const btf_load: Command<"BTF_LOAD"> = (k, task, args) => {
  const data = check(k, task, args);
  if (typeof data === "string") return create(k, task, data);
  return "kind" in data ? unmodelled(k, data.what) : refuse(k, data);
};

function check(k: Kernel, task: Task, args: Load): string | Rule | Unmodelled {
  const { attr, common } = args;
  const size = (attr.btf_log_size ?? 0) >>> 0;
  const level = (attr.btf_log_level ?? 0) >>> 0;
  const own = { buffer: attr.btf_log_buf, size, level };
  if (has(k.version, DELTA.log_early) && !commonLogFits(common, own)) return R.log;
  if (args.tail) return R.attr;
  const flags = (attr.btf_flags ?? 0) >>> 0;
  if ((flags & ~BPF_F_TOKEN_FD) !== 0) return R.btf_flags;
  if (flags !== 0) {
    return fileAt(k, task, attr.btf_token_fd) === undefined ? R.token_fd : R.not_token;
  }
  if (!bpfCapable(task.cred)) return R.capability;
  const length = (attr.btf_size ?? 0) >>> 0;
  if (length > BTF_MAX_SIZE) return R.btf_size;
  if (!isNull(own.buffer) || size !== 0 || level !== 0 || !isNull(common?.log_buf)) {
    return { kind: "unmodelled", what: "the log of BTF_LOAD" };
  }
  const data = read(args.memory, attr.btf, length);
  if (data === undefined || wordAt(data, 0) !== 0x0001eb9f) {
    return { kind: "unmodelled", what: "BTF that is not right" };
  }
  return data;
}

function create(k: Kernel, task: Task, data: string): Outcome {
  const id = nextFreeId(k.btfs);
  if (id === undefined) return unmodelled(k, "more than 2^31 BTF objects");
  const btf = { id, data, kernel: false, name: "", refs: 1 };
  const born = { ...k, btfs: insert(k.btfs, id, btf) };
  if (freeFd(task) === undefined) return refuse(putBtf(born, id), R.fd_limit);
  const installed = install(born, task.number, { of: "btf", id });
  return done(installed.k, installed.fd);
}
