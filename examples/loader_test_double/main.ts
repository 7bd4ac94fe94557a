/**
 * The loader, started twice on the model: `deno run examples/loader_test_double/main.ts`. The second
 * process finds the pins of the first.
 */
import { boot, type Machine } from "bpfspec";
import { load } from "./loader.ts";
import { ModelBpf } from "./model_bpf.ts";
import { PROGRAM } from "./program.ts";

const CONFIG = { pinDir: "/sys/fs/bpf/fw", settings: [80, 443], program: PROGRAM };

/** Starts the loader in a process of its own, which ends right after. */
function start(machine: Machine, name: string): Machine {
  const child = machine.as(0).fork();
  const bpf = new ModelBpf(child.as(child.result as number));
  const before = bpf.machine.trail.length;
  const { reused } = load(bpf, CONFIG);
  console.log(`${name}: settings ${made(reused.settings)}, flows ${made(reused.flows)}`);
  for (const { call, answer } of bpf.machine.trail.slice(before)) {
    if (call.op !== "bpf") continue;
    const told = answer.kind === "value"
      ? `${answer.ret}`
      : answer.kind === "refusal" && answer.errno;
    console.log(`    ${call.cmd.padEnd(20)} ${told}`);
  }
  const after = bpf.machine.exit().as(0);
  console.log(
    `    after it has ended: ${after.mapIds.length} maps, ${after.progIds.length} programs`,
  );
  return after;
}

function made(reused: boolean): string {
  return reused ? "reused" : "created";
}

if (import.meta.main) {
  const first = start(boot("6.18").mkdir(CONFIG.pinDir), "first start");
  start(first, "second start");
}
