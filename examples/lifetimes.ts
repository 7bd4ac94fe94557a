/**
 * What keeps a map alive, step by step, and what would have: `deno run examples/lifetimes.ts`. Every
 * state is still there after the last one, so that one can go back to any of them and go on otherwise.
 */
import { assemble, boot, insn, type Machine, returning } from "bpfspec";

const PIN = "/sys/fs/bpf/m";

/** A program that uses the map behind descriptor 3. */
const PROGRAM = assemble(insn(0x18, 1, 1, 0, 3), insn(0, 0, 0, 0, 0), returning(0));

type Move = readonly [what: string, move: (m: Machine) => Machine];

const MOVES: readonly Move[] = [
  [
    "create the map",
    (m) => m.bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 4, max_entries: 8 }),
  ],
  [
    "load a program that uses it",
    (m) =>
      m.bpf("PROG_LOAD", { prog_type: 1, insns: PROGRAM, insn_cnt: 4, license: "GPL" }, {
        verdict: "accept",
      }),
  ],
  ["pin it", (m) => m.bpf("OBJ_PIN", { pathname: PIN, bpf_fd: 3 })],
  ["fork", (m) => m.fork()],
  ["make a socket pair", (m) => m.socketpair()],
  ["send the descriptor over it", (m) => m.send(m.fds[0], [3])],
  ["close the descriptor", (m) => m.close(3)],
  ["the child ends", (m) => m.as(1).exit().as(0)],
  ["unlink the pin", (m) => m.unlink(PIN)],
  ["close the program", (m) => m.close(4)],
  ["close the receiving end", (m) => m.close(6)],
];

/** Who holds a map, in words; a dash where there is no such map. */
function holders({ kernel }: Machine, id: number): string {
  const found: string[] = [];
  const isMap = (file: number) => {
    const { object } = kernel.files.get(file)!;
    return object.of === "map" && object.id === id;
  };
  for (const { number, fds } of kernel.tasks.values()) {
    for (const [fd, { file }] of fds.entries()) {
      if (isMap(file)) found.push(`fd ${fd} of task ${number}`);
    }
  }
  for (const { queue } of kernel.sockets.values()) {
    if (queue.some(({ files }) => files.some(isMap))) found.push("a message in flight");
  }
  for (const { node } of kernel.fs.inodes.values()) {
    if (node.kind === "pin" && node.of === "map" && node.id === id) found.push("a pin");
  }
  for (const { id: prog, maps } of kernel.progs.table.values()) {
    if (maps.includes(id)) found.push(`program ${prog}`);
  }
  return found.length === 0 ? "-" : found.join(", ");
}

function row(step: number | string, what: string, refs: number | string, held: string): void {
  console.log(`${`${step}`.padStart(4)}  ${what.padEnd(28)}  ${`${refs}`.padStart(4)}  ${held}`);
}

function main(): void {
  const states: Machine[] = [];
  let m = boot("6.18");
  row("step", "", "refs", "held by");
  for (const [what, move] of MOVES) {
    m = move(m);
    states.push(m);
    const map = m.kernel.maps.table.get(1);
    row(states.length, what, map?.refs ?? "gone", holders(m, 1));
  }

  console.log(
    "\nDescriptors of both tasks and the message share one open file: together one reference.",
  );

  const last = states.findLastIndex((state) => state.mapIds.includes(1));
  console.log(`The map is there up to step ${last + 1}: step ${last + 2} takes the last holder.`);

  // Back to step 8, where the pin is still there: another way from there.
  const rewound = states[7].close(4).close(6).bpf("OBJ_GET", { pathname: PIN });
  console.log("Back to step 8, and on without the unlink: OBJ_GET gives");
  console.log(`descriptor ${rewound.result}, and the map is held by ${holders(rewound, 1)}.`);
  console.log(
    `What happened is still what happened: ${states.at(-1)!.mapIds.length} maps at the end.`,
  );
}

if (import.meta.main) main();
