/**
 * The executor in guests: set BPFSPEC_GUEST_KERNELS to the paths of kernel images, with `:` between.
 * Without it these tests are ignored, and Deno's report says so.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Guest, GuestError } from "../../src/oracle/guest.ts";
import type { ScriptText } from "../../src/oracle/script.ts";
import { CASES, runAll, runCases, script } from "./cases.ts";

const KERNELS = (Deno.env.get("BPFSPEC_GUEST_KERNELS") ?? "").split(":").filter((k) => k !== "");

Deno.test({
  name: "guest: BPFSPEC_GUEST_KERNELS is set",
  ignore: KERNELS.length === 0,
  fn: () => {},
});

for (const kernel of KERNELS) {
  Deno.test(`guest: every op, on ${kernel.split("/").at(-2)}/${kernel.split("/").at(-1)}`, async () => {
    const guest = await Guest.open({ kernel, hangMs: 3000 });
    await runCases(guest);
    equal(guest.cpus, 1);
    // A guest that panics names the script, keeps the results before it, and starts again.
    const panic = script(
      "panic",
      `
      0 open path=/proc/sysrq-trigger flags=1
      0 write fd=3 a1=63
    `,
    );
    const names: string[] = [];
    const failing = async (scripts: ScriptText[]) => {
      for await (const { name } of guest.run(scripts)) names.push(name);
    };
    await rejects(failing([CASES[0][0], panic, CASES[1][0]]), (error) => {
      ok(error instanceof GuestError);
      equal(error.script, "panic");
      match(error.console, /sysrq triggered crash/i);
      return true;
    });
    deepEqual(names, ["memory"]);
    await runCases(guest);
    const stuck = script("stuck", "0 pause ms=20000", " limit=20000");
    await rejects(failing([CASES[0][0], stuck]), (error) => {
      ok(error instanceof GuestError);
      equal(error.script, "stuck");
      match(error.message, /hangs/);
      return true;
    });
    await guest.restart();
    const big = script(
      "big",
      `
      0 open path=/tmp/big flags=0o102 mode=0o600
      0 write fd=3 a1=${"5a".repeat(1 << 20)}
      0 lseek fd=3 off=0 whence=0
      0 read fd=3 n=1048576
    `,
      " fs=1",
    );
    const results = await runAll(guest, Array.from({ length: 12 }, () => big));
    for (const { lines } of results) equal(lines[3].length, "= 1048576 a1=".length + (2 << 20));
    await guest.close();
  });
}
