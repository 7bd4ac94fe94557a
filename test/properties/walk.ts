/**
 * A walk of a kernel's state that counts anew what the counters claim: whatever holds an object is
 * found by following it from the tasks, the messages in flight and the names of the file systems.
 */
import type { Kernel } from "bpfspec";
import type { OpenFile } from "../../src/kernel/files.ts";
import type { Inode } from "../../src/kernel/inodes.ts";
import type { Radix } from "../../src/kernel/radix.ts";

/** BPF_STRUCT_OPS_STATE_INUSE */
const INUSE = 1;

/** How often each object was come by, by its number. */
class Tally {
  readonly #counts = new Map<number, number>();

  add(number: number): void {
    this.#counts.set(number, this.of(number) + 1);
  }

  of(number: number): number {
    return this.#counts.get(number) ?? 0;
  }

  get numbers(): Iterable<number> {
    return this.#counts.keys();
  }
}

/** What the walk came by. */
class Found {
  readonly files = new Tally();
  readonly mapRefs = new Tally();
  readonly mapUrefs = new Tally();
  readonly mapWriters = new Tally();
  readonly progRefs = new Tally();
  readonly btfRefs = new Tally();
  readonly linkRefs = new Tally();
  readonly sockets = new Tally();
  readonly opens = new Tally();
  readonly names = new Tally();
  readonly subdirs = new Tally();
}

/** Every way in which the state contradicts itself, in words; an empty list where it does not. */
export function contradictions(k: Kernel): readonly string[] {
  const found = new Found();
  walkTasks(k, found);
  walkSockets(k, found);
  walkFiles(k, found);
  walkInodes(k, found);
  walkObjects(k, found);
  return [
    ...checkFiles(k, found),
    ...checkObjects(k, found),
    ...checkSockets(k, found),
    ...checkInodes(k, found),
    ...checkTables(k),
    ...checkContents(k),
  ];
}

/** What objects hold of each other; the kernel holds its own BTF. */
function walkObjects(k: Kernel, found: Found): void {
  for (const { maps } of k.progs.table.values()) for (const map of maps) found.mapRefs.add(map);
  for (const { id, spec, contents } of k.maps.table.values()) {
    if (spec.btf) found.btfRefs.add(spec.btf.id);
    if (contents.kind !== "struct_ops") continue;
    for (const prog of contents.progs) found.progRefs.add(prog);
    if (contents.state === INUSE) found.mapRefs.add(id);
  }
  for (const { id, kernel } of k.btfs.table.values()) if (kernel) found.btfRefs.add(id);
  for (const { of, object } of k.links.table.values()) {
    if (object !== undefined) (of === "map" ? found.mapRefs : found.progRefs).add(object);
  }
}

function walkTasks(k: Kernel, found: Found): void {
  for (const { fds, mappings } of k.tasks.values()) {
    for (const { file } of fds.values()) found.files.add(file);
    for (const { file, map, writable } of mappings) {
      found.files.add(file);
      if (writable) found.mapWriters.add(map);
    }
  }
}

function walkSockets(k: Kernel, found: Found): void {
  for (const { queue } of k.sockets.values()) {
    for (const { files } of queue) for (const file of files) found.files.add(file);
  }
}

function walkFiles(k: Kernel, found: Found): void {
  for (const { object } of k.files.values()) {
    if (object.of === "socket") found.sockets.add(object.id);
    else if (object.of === "inode") found.opens.add(object.inode);
    else if (object.of === "prog") found.progRefs.add(object.id);
    else if (object.of === "btf") found.btfRefs.add(object.id);
    else if (object.of === "link") found.linkRefs.add(object.id);
    else if (object.of === "map") addUserMap(found, object.id);
  }
}

function addUserMap(found: Found, id: number): void {
  found.mapRefs.add(id);
  found.mapUrefs.add(id);
}

function walkInodes(k: Kernel, found: Found): void {
  for (const [number, { node, nlink }] of k.fs.inodes.entries()) {
    if (node.kind === "pin") {
      if (node.of === "map") addUserMap(found, node.id);
      else (node.of === "link" ? found.linkRefs : found.progRefs).add(node.id);
    }
    if (node.kind !== "dir") continue;
    // A directory that was removed while open still has its `..`, and holds it.
    if (nlink === 0) found.opens.add(node.parent);
    for (const [, child] of node.entries) {
      found.names.add(child);
      if (k.fs.inodes.get(child)?.node.kind === "dir") found.subdirs.add(number);
    }
  }
}

/** Holds a table to the counts: what is held exists, what exists is held, and as often. */
function* held<V>(
  what: string,
  table: Radix<V>,
  counted: Tally,
  claimed: (value: V) => number,
): Generator<string> {
  for (const number of counted.numbers) {
    if (table.get(number) === undefined) yield `${what} ${number} is held and does not exist`;
  }
  for (const [number, value] of table.entries()) {
    const [claims, counts] = [claimed(value), counted.of(number)];
    if (counts === 0) yield `${what} ${number} exists and nothing holds it`;
    if (claims !== counts) yield `${what} ${number} counts ${claims}; the walk finds ${counts}`;
  }
}

function checkFiles(k: Kernel, found: Found): readonly string[] {
  return [...held("open file", k.files, found.files, (file: OpenFile) => file.refs)];
}

function* checkObjects(k: Kernel, found: Found): Generator<string> {
  yield* held("map", k.maps.table, found.mapRefs, (map) => map.refs);
  yield* held("program", k.progs.table, found.progRefs, (prog) => prog.refs);
  yield* held("BTF", k.btfs.table, found.btfRefs, (btf) => btf.refs);
  yield* held("link", k.links.table, found.linkRefs, (link) => link.refs);
  for (const [id, map] of k.maps.table.entries()) {
    yield* same(`map ${id}: user references`, map.urefs, found.mapUrefs.of(id));
    yield* same(`map ${id}: writers`, map.writers, found.mapWriters.of(id));
  }
  for (const { number, mappings } of k.tasks.values()) {
    for (const { file, map } of mappings) {
      const object = k.files.get(file)?.object;
      if (object?.of !== "map" || object.id !== map) {
        yield `task ${number} maps map ${map} by a file that is not of it`;
      }
    }
  }
}

function* same(what: string, claimed: number, counted: number): Generator<string> {
  if (claimed !== counted) yield `${what} ${claimed}; the walk finds ${counted}`;
}

function* checkSockets(k: Kernel, found: Found): Generator<string> {
  yield* held("socket", k.sockets, found.sockets, () => 1);
  for (const [id, { peer }] of k.sockets.entries()) {
    if (peer !== undefined && k.sockets.get(peer)?.peer !== id) {
      yield `socket ${id} has a peer ${peer} that is not paired with it`;
    }
  }
}

function* checkInodes(k: Kernel, found: Found): Generator<string> {
  const roots = new Set(Array.from(k.fs.superblocks.values(), ({ root }) => root));
  for (const tally of [found.names, found.opens]) {
    for (const number of tally.numbers) {
      if (k.fs.inodes.get(number) === undefined) yield `inode ${number} is held and does not exist`;
    }
  }
  for (const [number, inode] of k.fs.inodes.entries()) {
    const isRoot = roots.has(number);
    yield* same(`inode ${number}: opens`, inode.opens, found.opens.of(number));
    yield* same(`inode ${number}: links`, inode.nlink, linksOf(number, inode, isRoot, found));
    const isHeld = isRoot || found.names.of(number) > 0 || inode.opens > 0;
    if (!isHeld) yield `inode ${number} exists and nothing holds it`;
    if (k.fs.superblocks.get(inode.sb) === undefined) yield `inode ${number} is on no file system`;
    yield* checkDirectory(k, number, inode);
  }
  for (const [at, sb] of k.fs.mounts.entries()) {
    if (k.fs.inodes.get(at)?.node.kind !== "dir") yield `a mount on ${at}, which is no directory`;
    if (k.fs.superblocks.get(sb) === undefined) yield `a mount of ${sb}, which does not exist`;
  }
}

function parentOf({ node }: Inode): number | undefined {
  return node.kind === "dir" ? node.parent : undefined;
}

/** A directory has its name and its `.`, and every subdirectory's `..`; without a name it has none. */
function linksOf(number: number, { node }: Inode, isRoot: boolean, found: Found): number {
  const names = found.names.of(number);
  if (node.kind !== "dir") return names;
  return isRoot || names > 0 ? 2 + found.subdirs.of(number) : 0;
}

function* checkDirectory(k: Kernel, number: number, { node, nlink }: Inode): Generator<string> {
  if (node.kind !== "dir") return;
  if (k.fs.inodes.get(node.parent) === undefined) yield `directory ${number} has no parent`;
  if (nlink === 0 && node.entries.size > 0) yield `directory ${number} was removed and has names`;
  for (const [name, child] of node.entries) {
    const inode = k.fs.inodes.get(child);
    if (inode === undefined) yield `name ${name} of directory ${number} leads nowhere`;
    else if (parentOf(inode) !== undefined && parentOf(inode) !== number) {
      yield `directory ${child} is named in ${number} and has another parent`;
    }
  }
}

/** Objects stand under their own numbers, and tables know their size. */
function* checkTables(k: Kernel): Generator<string> {
  for (const [number, task] of k.tasks.entries()) yield* same("task", task.number, number);
  for (const [id, map] of k.maps.table.entries()) yield* same("map", map.id, id);
  for (const [id, prog] of k.progs.table.entries()) yield* same("program", prog.id, id);
  for (const [id, btf] of k.btfs.table.entries()) yield* same("BTF", btf.id, id);
  for (const [id, link] of k.links.table.entries()) yield* same("link", link.id, id);
  const tables: Readonly<Record<string, Radix<unknown>>> = {
    tasks: k.tasks,
    files: k.files,
    maps: k.maps.table,
    programs: k.progs.table,
    BTF: k.btfs.table,
    links: k.links.table,
    sockets: k.sockets,
    inodes: k.fs.inodes,
  };
  for (const [name, table] of Object.entries(tables)) {
    yield* same(`${name}:`, table.size, Array.from(table.entries()).length);
  }
  for (const [number, { alive, fds, mappings }] of k.tasks.entries()) {
    if (!alive && fds.size + mappings.length > 0) {
      yield `task ${number} is dead and holds something`;
    }
  }
}

/** A map is registered as long as it is in use or a link has it. */
function* registration(k: Kernel, id: number, state: number): Generator<string> {
  const links = [...k.links.table.values()].filter(({ object }) => object === id).length;
  const registered = k.congestion.filter(({ map }) => map === id).length;
  yield* same(`map ${id}: registrations`, registered, links + (state === INUSE ? 1 : 0));
}

function* checkContents(k: Kernel): Generator<string> {
  for (const { id, spec, contents } of k.maps.table.values()) {
    const [keys, values] = [new Set<string>(), new Array<string>()];
    let elements = 0;
    if (contents.kind === "array") {
      for (const [index, value] of contents.elements.entries()) {
        if (index >= spec.max_entries) yield `map ${id} has an element beyond its end`;
        values.push(value);
      }
    } else if (contents.kind === "struct_ops") {
      values.push(contents.value);
      yield* registration(k, id, contents.state);
    } else {
      for (const head of contents.buckets.values()) {
        for (let at: typeof head | undefined = head; at !== undefined; at = at.next) {
          elements++;
          keys.add(at.key);
          values.push(at.value);
        }
      }
      yield* same(`map ${id}: elements`, contents.count, elements);
      if (keys.size !== elements) yield `map ${id} has a key twice`;
      if (elements > spec.max_entries) yield `map ${id} is fuller than it may be`;
    }
    if ([...keys].some((key) => key.length !== spec.key_size)) yield `map ${id} has an odd key`;
    if (values.some((value) => value.length !== spec.value_size)) {
      yield `map ${id} has an odd value`;
    }
  }
}
