/** What a real kernel may be asked for: memory is not what is on trial. */
import type { Answer, AttrOf, Call } from "bpfspec";

type Create = AttrOf<"MAP_CREATE">;

/** About the bytes that a map would take. */
function claimed({ max_entries = 0, key_size = 0, value_size = 0 }: Create): number {
  return (max_entries >>> 0) * (64 + (key_size >>> 0) + (value_size >>> 0));
}

/** Whether a call is refused before the kernel allocates anything for the map. */
function isRefusedUnallocated(answer: Answer | undefined): boolean {
  if (answer?.kind !== "refusal") return false;
  return !/\/(name|btf_[a-z_]+|not_btf|create_btf_[a-z]+|excl_.*|access_late|fd_limit|create_memory)$/
    .test(
      answer.rule.id,
    );
}

/** Whether a call makes a kernel allocate no more than `bytes`; `answer` is the model's. */
export function takesAtMost(bytes: number, call: Call, answer: () => Answer | undefined): boolean {
  if (call.op !== "bpf" || call.cmd !== "MAP_CREATE") return true;
  return claimed(call.attr as Create) <= bytes || isRefusedUnallocated(answer());
}
