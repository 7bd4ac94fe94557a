import { BPF_F_ALL_CPUS, BPF_F_CPU, BPF_F_LOCK } from "../abi/constants.ts";
import { hi32, lo32 } from "../abi/memory.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Rule } from "../kernel/rule.ts";
import { DELTA, has } from "../versions/deltas.ts";

/**
 * What an element flag asks of the map, after unknown bits are refused (`bpf_map_check_op_flags` of
 * 7.2; before that only BPF_F_LOCK is looked at here). No map of the model has a spin lock or is
 * per CPU.
 */
export function opFlags(
  k: Kernel,
  flags: number | bigint | undefined,
  R: { readonly lock: Rule; readonly flags_high: Rule; readonly flags_cpu: Rule },
): Rule | undefined {
  if (flags === 0 || flags === undefined) return undefined;
  const low = lo32(flags);
  if ((low & BPF_F_LOCK) !== 0) return R.lock;
  if (!has(k.version, DELTA.update_flags)) return undefined;
  if ((low & BPF_F_CPU) === 0 && hi32(flags) !== 0) return R.flags_high;
  return (low & (BPF_F_CPU | BPF_F_ALL_CPUS)) === 0 ? undefined : R.flags_cpu;
}
