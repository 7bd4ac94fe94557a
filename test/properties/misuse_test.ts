/** What is given wrongly is said at once, and by name: nothing is taken for something else. */
import {
  boot,
  btf,
  type BtfSource,
  CHAR_DEVICES,
  propose,
  structOps,
  structOpsValue,
  type Version,
} from "bpfspec";
import { ok, strictEqual, throws } from "node:assert/strict";

Deno.test("boot names a kernel that there is not, and BTF that is none", () => {
  throws(() => boot("4.4" as Version), /no such kernel: 4\.4 \(there are 5\.10, /);
  throws(() => propose(CHAR_DEVICES("file"), "4.4" as Version), /no such kernel: 4\.4/);
  throws(() => boot("6.18", { vmlinux: Uint8Array.of(1, 2, 3) }), /no BTF of 6\.18: BTF_LOAD\//);
  // A typedef of itself would never resolve.
  const loop = btf([{ kind: "TYPEDEF", name: "t", type: 1 }]);
  throws(() => boot("6.18", { vmlinux: loop }), /no BTF of 6\.18: BTF_LOAD\//);
});

Deno.test("what builds bytes names what it cannot build", () => {
  const types = [{ kind: "INT", name: "int", size: 4 }, { kind: "NOPE" }] as unknown;
  throws(() => btf(types as readonly BtfSource[]), /type 2: there is no kind NOPE/);
  const tcp = structOps(boot("6.18").kernel, "tcp_congestion_ops")!;
  throws(() => structOpsValue(tcp, { nome: "x" }), /tcp_congestion_ops has no member nome/);
  strictEqual(structOps(boot("6.18").kernel, "tcp_ops"), undefined);
  throws(() => CHAR_DEVICES("cloud" as "file"), /no such reading: cloud/);
});

Deno.test("a machine answers calls and commands that it does not know", () => {
  const kinds = [
    boot("6.18").call({ op: "ioctl" } as never).answer?.kind,
    boot("6.18").bpf("MAP_RENAME" as never, {} as never).answer?.kind,
  ];
  ok(kinds.every((kind) => kind === "unmodelled"), kinds.join());
});
