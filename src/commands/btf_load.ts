import { BPF_F_TOKEN_FD } from "../abi/constants.ts";
import { read } from "../abi/memory.ts";
import { checkBtf } from "../btf/check.ts";
import { END } from "../btf/end.ts";
import { bpfCapable } from "../kernel/capabilities.ts";
import { fileAt, freeFd, install } from "../kernel/fds.ts";
import { insert, nextFreeId } from "../kernel/ids.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled, type Write } from "../kernel/outcome.ts";
import { putBtf } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Args, Command } from "./args.ts";
import { endLog, logOf } from "./btf_log.ts";
import { commonLogFits } from "./common_log.ts";
import { logIsSane } from "./log_attr.ts";

/** Source: kernel/bpf/syscall.c, bpf_btf_load, and kernel/bpf/btf.c for what follows `btf_size`. */
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
  log_late: [
    "EINVAL",
    "`btf_log_buf`, `btf_log_size` and `btf_log_level` do not go together; until 6.1 also a level without a buffer, BPF_LOG_FIXED and a size below 128",
    { until: "6.18" },
  ],
  btf_fault: ["EFAULT", "`btf` cannot be read"],
});

const BTF_MAX_SIZE = 16 * 2 ** 20;

type Load = Args<"BTF_LOAD">;

/** BPF_BTF_LOAD: checks BTF and returns a descriptor of it. */
export const btf_load: Command<"BTF_LOAD"> = (k, task, args) => {
  const early = checkAttr(k, task, args);
  if (early !== undefined) return refuse(k, early);
  const target = logOf(k, args);
  const data = read(args.memory, args.attr.btf, (args.attr.btf_size ?? 0) >>> 0);
  const checked = data === undefined ? R.btf_fault : checkBtf(k.version, data, target.log);
  if ("kind" in checked) return unmodelled(k, checked.what);
  const ended = endLog(k, args, target, "errno" in checked ? checked : undefined);
  if (ended.rule !== undefined) return refuse(k, ended.rule, ended.writes);
  return create(k, task, data!, ended.writes);
};

/** The checks before the BTF is looked at. */
function checkAttr(k: Kernel, task: Task, args: Load): Rule | undefined {
  const { attr, common } = args;
  const own = {
    buffer: attr.btf_log_buf,
    size: (attr.btf_log_size ?? 0) >>> 0,
    level: (attr.btf_log_level ?? 0) >>> 0,
  };
  const early = has(k.version, DELTA.btf_log_early);
  const sane = logIsSane(k.version, own);
  if (early && !(sane && commonLogFits(common, own))) return R.log;
  if (args.tail) return R.attr;
  const flags = (attr.btf_flags ?? 0) >>> 0;
  if ((flags & ~BPF_F_TOKEN_FD) !== 0) return R.btf_flags;
  if (flags !== 0) {
    return fileAt(k, task, attr.btf_token_fd) === undefined ? R.token_fd : R.not_token;
  }
  if (!bpfCapable(task.cred)) return R.capability;
  if ((attr.btf_size ?? 0) >>> 0 > BTF_MAX_SIZE) return R.btf_size;
  return sane ? undefined : R.log_late;
}

function create(k: Kernel, task: Task, data: string, writes: readonly Write[]): Outcome {
  const id = nextFreeId(k.btfs);
  if (id === undefined) return unmodelled(k, "more than 2^31 BTF objects");
  const btf = { id, data, kernel: false, name: "", refs: 1 };
  const born = { ...k, btfs: insert(k.btfs, id, btf) };
  if (freeFd(task) === undefined) return refuse(putBtf(born, id), END.fd_limit, writes);
  const installed = install(born, task.number, { of: "btf", id });
  return done(installed.k, installed.fd, writes);
}
