/** The command line as a user meets it: answers, and errors that name the place. */
import assert from "node:assert/strict";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function bpfspec(...args: string[]): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "src/cli/main.ts", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("explain says which rule refuses a call, on every kernel", async () => {
  const array = "MAP_CREATE map_type=BPF_MAP_TYPE_ARRAY key_size=4 value_size=8 max_entries=1";
  const freeze = "MAP_FREEZE map_fd=3";
  const { code, out } = await bpfspec("explain", "--kernel", "all", array, freeze, freeze);
  assert.equal(code, 0);
  assert.match(out, /6\.1 {2}MAP_FREEZE map_fd=3\n {2}EBUSY: rule MAP_FREEZE\/frozen_busy/);
  assert.match(out, /6\.18 {2}MAP_FREEZE map_fd=3\n {2}EPERM: rule MAP_FREEZE\/frozen:/);
  assert.match(out, /the book: spec\/map_freeze\.md:\d+/);
});

Deno.test("explain takes a rule's id, and says where the book has it", async () => {
  const { code, out } = await bpfspec("explain", "HASH/update_full");
  assert.equal(code, 0);
  assert.match(out, /E2BIG: rule HASH\/update_full/);
  assert.match(out, /the book: spec\/hash\.md:\d+/);
  assert.match(out, /kernels: 5\.10, 6\.1, 6\.12, 6\.18, 7\.2/);
});

Deno.test("explain takes a proposal's rule, and says that no kernel has it", async () => {
  const { code, out } = await bpfspec("explain", "open_dev/nodev");
  assert.equal(code, 0);
  assert.match(out, /spec\/proposal_char_devices\.md:\d+\n {2}kernels: none/);
});

Deno.test("explain knows callers without capabilities", async () => {
  const call = "MAP_GET_NEXT_ID start_id=0";
  const { out } = await bpfspec("explain", call, "--without", "CAP_SYS_ADMIN");
  assert.match(out, /EPERM: rule MAP_GET_NEXT_ID\/capability/);
});

Deno.test("explain makes the calls around bpf(2), also those without every argument", async () => {
  const { code, out } = await bpfspec(
    "explain",
    "mkdir path=/tmp/a mode=0o755",
    "mount source=none target=/tmp/a type=bpf",
    "open path=/tmp/a flags=0",
    "MAP_CREATE map_type=2 key_size=4 value_size=4 max_entries=1",
    "OBJ_PIN pathname=m bpf_fd=4 path_fd=3 file_flags=BPF_F_PATH_FD",
    "LINK_CREATE map_fd=4 attach_type=BPF_STRUCT_OPS",
    "umount path=/tmp/a flags=0",
    "unshare flags=CLONE_NEWUSER|CLONE_NEWNS",
    "BTF_LOAD btf=hex:9feb btf_size=2",
  );
  assert.equal(code, 0);
  const answers = out.match(/(?:returns|EINVAL|EBUSY|EPERM).*/g);
  assert.deepEqual(answers?.slice(0, 5), ["0", "0", "3", "4", "0"].map((n) => `returns ${n}`));
  assert.match(answers![5], /LINK_CREATE\/not_ready/);
  assert.match(answers![6], /umount\/busy/);
  assert.equal(answers![7], "returns 0");
  assert.match(answers![8], /BTF_LOAD\/capability/);
});

const WRONG: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["explain", "MAP_CREATE foo=1"], /call 1: MAP_CREATE has no field foo; it has map_type/],
  [["explain", "MAP_CREATE map_type=x"], /call 1: map_type: "x" is neither a number nor/],
  [["explain", "NOTHING a=1"], /call 1: "NOTHING" is no bpf command/],
  [["explain", "close"], /call 1: close needs fd=/],
  [["explain", "close fd=3 path=/"], /call 1: close has no argument path; it has fd/],
  [["explain", "fork fd=3"], /call 1: fork has no argument fd; it takes nothing/],
  [["explain", "mount source=none type=bpf"], /call 1: mount needs target=/],
  [["explain", "unshare flags=NEW"], /call 1: flags: "NEW" is neither a number nor/],
  [["explain", "constructor"], /call 1: "constructor" is no bpf command/],
  [["explain", "BTF_LOAD btf=hex:9fe"], /call 1: btf: "9fe" is not hex bytes/],
  [["explain", "MAP_FREEZE/nothing"], /no rule MAP_FREEZE\/nothing; MAP_FREEZE has/],
  [["explain", "MAP_FREEZE", "--kernel", "4.4"], /--kernel takes one of 5\.10/],
  [["conform", "--shard", "3/2"], /--shard takes i\/n/],
  [["conform", "--calls", "many"], /--calls takes a whole number/],
  [["test", "--yes", "README.md"], /--yes goes with --update/],
  [["nothing"], /unknown command/],
];

for (const [args, says] of WRONG) {
  Deno.test(`wrong use is told apart: ${args.join(" ")}`, async () => {
    const { code, err } = await bpfspec(...args);
    assert.equal(code, 2);
    assert.match(err, says);
  });
}

Deno.test("test runs anybody's markdown and points at the line that fails", async () => {
  const file = await Deno.makeTempFile({ suffix: ".md" });
  try {
    const block = ["# Mine", "", "```ts", 'boot("6.18").close(9).result; // => EBADF', "```"];
    await Deno.writeTextFile(file, block.join("\n") + "\n");
    assert.equal((await bpfspec("test", file)).code, 0);
    await Deno.writeTextFile(file, block.join("\n").replace("EBADF", "EINVAL") + "\n");
    const { code, out } = await bpfspec("test", file);
    assert.equal(code, 1);
    assert.match(out, /\.md:4/);
    assert.match(out, /EBADF/);
    assert.match(out, /close\/bad_fd/);
  } finally {
    await Deno.remove(file);
  }
});
