/** The executor's numbers of mappings: it counts them process by process and uses none again. */
import type { Step as ModelStep } from "bpfspec";

interface Own {
  /** The numbers of the mappings that are there, the newest last. */
  readonly live: readonly number[];
  readonly next: number;
}

const NONE: Own = { live: [], next: 0 };

export class Mappings {
  readonly #tasks = new Map<number, Own>();

  #of(task: number): Own {
    return this.#tasks.get(task) ?? NONE;
  }

  /** The number of the mapping that munmap takes: the newest one. */
  newest(task: number): number {
    return this.#of(task).live.at(-1) ?? 0;
  }

  /** Takes note of a step that has been made. */
  seen({ call, task, answer }: ModelStep): void {
    if (answer.kind !== "value") return;
    const own = this.#of(task);
    if (call.op === "mmap") {
      this.#tasks.set(task, { live: [...own.live, own.next], next: own.next + 1 });
    } else if (call.op === "munmap") {
      this.#tasks.set(task, { ...own, live: own.live.slice(0, -1) });
    } else if (call.op === "fork") this.#tasks.set(answer.ret, own);
    else if (call.op === "exec") this.#tasks.delete(task);
  }
}
