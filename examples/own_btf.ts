/**
 * Boots a machine with a real kernel's own BTF, and prints the struct that a struct_ops map holds.
 *
 *     deno run -A examples/own_btf.ts 6.18 /sys/kernel/btf/vmlinux
 *
 * Without a file the machine has the BTF that is built in.
 */
import { boot, structOps, type Version } from "bpfspec";

const [version = "6.18", file] = Deno.args;
const options = file === undefined ? {} : { vmlinux: await Deno.readFile(file) };
const tcp = structOps(boot(version as Version, options).kernel, "tcp_congestion_ops");
if (tcp === undefined) throw new Error(`no tcp_congestion_ops in ${file}`);

console.log(`bpf_struct_ops_${tcp.name}: ${tcp.value_size} bytes, data at ${tcp.dataAt}`);
for (const [index, { name, offset, role }] of tcp.slots.entries()) {
  console.log(`${String(index).padStart(3)}  ${String(offset).padStart(4)}  ${role}  ${name}`);
}
