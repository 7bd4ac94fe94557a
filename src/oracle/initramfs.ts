/** An initial RAM file system for a guest: a cpio archive ("newc"), gzipped. */

/** One entry; a directory has no `content`. Modes hold the permission bits only. */
export interface InitramfsEntry {
  readonly path: string;
  readonly mode: number;
  readonly content?: Uint8Array;
}

const S_IFDIR = 0o040000, S_IFREG = 0o100000;

function header(inode: number, mode: number, size: number, nameSize: number): string {
  // magic, ino, mode, uid, gid, nlink, mtime, filesize, dev and rdev major and minor, namesize, check
  const fields = [inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, nameSize, 0];
  return "070701" + fields.map((n) => n.toString(16).toUpperCase().padStart(8, "0")).join("");
}

function aligned(size: number): number {
  return (size + 3) & ~3;
}

function entryBytes(inode: number, path: string, mode: number, content: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(
    header(inode, mode, content.length, path.length + 1) + path,
  );
  const start = aligned(head.length + 1);
  const bytes = new Uint8Array(start + aligned(content.length));
  bytes.set(head);
  bytes.set(content, start);
  return bytes;
}

/** The archive, not compressed. Paths are ASCII, with no slash in front; parents come first. */
export function cpio(entries: readonly InitramfsEntry[]): Uint8Array {
  const none = new Uint8Array();
  const parts = entries.map(({ path, mode, content }, i) =>
    entryBytes(i + 1, path, mode | (content ? S_IFREG : S_IFDIR), content ?? none)
  );
  parts.push(entryBytes(0, "TRAILER!!!", 0, none));
  const archive = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}

/** The initramfs of a guest: the executor as /init, and the directories that it mounts on. */
export async function guestInitramfs(executor: Uint8Array): Promise<Uint8Array> {
  const directories = ["dev", "mnt", "proc", "root", "sys", "tmp"];
  const archive = cpio([
    ...directories.map((path) => ({ path, mode: 0o755 })),
    { path: "init", mode: 0o755, content: executor },
  ]);
  const stream = new Blob([archive as Uint8Array<ArrayBuffer>]).stream();
  const packed = stream.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
