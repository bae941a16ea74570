import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Extract, extract } from "tar-stream";
import { oneLine } from "../lib/sanitize.ts";
import { UsageError } from "../model/errors.ts";
import { isSystemError } from "../lib/system-error.ts";
import { cannotRead } from "./directory/files.ts";
import { compare, type InputTree, MAX_FILES, type UseFile } from "./directory/input.ts";

/** Bytes that an archive may unfold to. */
const MAX_BYTES = 2 * 1024 ** 3;
const BLOCK = 512;
/** Characters of a member's name: as much as any system allows in a path. */
const LONGEST_NAME = 4096;

type Compression = "gzip" | "none";
type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** A limit of the archive, or of what its members may be, was broken. */
function refused(name: string, reason: string): UsageError {
  return new UsageError(oneLine(`${name}: ${reason}: refused`));
}

/**
 * The files of a .tar.gz or .tar, read as a stream; nothing is unpacked to disk. Names that begin
 * with a dot are left out. A UsageError for what is no such archive and for one that no honest tool
 * makes: absolute names, `..`, links, devices, more than 2 GiB or 100,000 members.
 */
export async function archiveTree(name: string): Promise<InputTree> {
  const compression = await compressionOf(name);
  const paths = new Set<string>();
  let members = 0;
  let bytes = 0;
  // The layout decides what is read, so the names are needed before the contents.
  await walk(name, compression, async ({ header }) => {
    members += 1;
    if (members > MAX_FILES) throw refused(name, `more than ${MAX_FILES} members`);
    bytes += header.size;
    if (bytes > MAX_BYTES) throw refused(name, "more than 2 GiB");
    const path = checkedPath(name, header.name, header.type);
    if (path !== undefined) paths.add(path);
  });
  return {
    name,
    label: basename(name).replace(/\.(tar\.gz|tgz|tar)$/i, ""),
    paths: [...paths].toSorted(compare),
    read: (wanted, use) => readMembers(name, compression, wanted, use),
  };
}

async function readMembers(
  name: string,
  compression: Compression,
  wanted: (path: string) => boolean,
  use: UseFile,
): Promise<void> {
  await walk(name, compression, async (entry) => {
    const path = checkedPath(name, entry.header.name, entry.header.type);
    if (path !== undefined && wanted(path)) await use(path, entry as AsyncIterable<Uint8Array>);
  });
}

/** The path of a regular file; nothing for directories and hidden files. Throws for the rest. */
function checkedPath(
  archive: string,
  name: string,
  type: string | null = null,
): string | undefined {
  const shown = `member ${name.slice(0, 200)}`;
  if (name.length > LONGEST_NAME) throw refused(archive, `${shown}… has too long a name`);
  if (/^([/\\]|[A-Za-z]:)/.test(name)) throw refused(archive, `${shown} has an absolute path`);
  const parts = name.split(/[/\\]/);
  if (parts.includes("..") || name.includes("\0")) throw refused(archive, `${shown} leads outside`);
  if (type === "directory") return undefined;
  if (type !== "file" && type !== "contiguous-file") {
    throw refused(archive, `${shown} is no regular file (${type ?? "unknown type"})`);
  }
  const kept = parts.filter((part) => part !== "" && part !== ".");
  return kept.length === 0 || kept.some((part) => part.startsWith("."))
    ? undefined
    : kept.join("/");
}

/** Hands each member to `use` and passes over what it leaves unread. */
async function walk(
  name: string,
  compression: Compression,
  use: (entry: Entry) => Promise<void>,
): Promise<void> {
  const members = extract();
  const source = createReadStream(name);
  const fed =
    compression === "gzip"
      ? pipeline(source, createGunzip(), limit(name), members)
      : pipeline(source, limit(name), members);
  // Its failure also ends the loop below; without this it would count as unhandled until then.
  const feeding = fed.then(
    () => undefined,
    (error: unknown) => error,
  );
  let fault: unknown;
  try {
    for await (const entry of members) {
      await use(entry).catch((error: unknown) => {
        fault = error;
        throw error;
      });
      entry.resume();
    }
  } catch (error) {
    members.destroy();
    // A stream that ends early fails everything after it: its own cause tells the most.
    throw fault ?? broken(name, (await feeding) ?? error);
  }
  const failure = await feeding;
  if (failure !== undefined) throw broken(name, failure);
}

function broken(name: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  if (isSystemError(error)) return cannotRead(name, error);
  return new UsageError(oneLine(`${name}: the archive is damaged or cut off`));
}

/** Ends a stream that unfolds to more than an archive may have, whatever its headers say. */
function limit(name: string): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES + MAX_FILES * BLOCK) done(refused(name, "more than 2 GiB"));
      else done(null, chunk);
    },
  });
}

/** By the first bytes, not by the name. */
async function compressionOf(name: string): Promise<Compression> {
  const handle = await open(name).catch((error: unknown) => {
    throw cannotRead(name, error);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BLOCK), 0, BLOCK, 0);
    if (buffer[0] === 0x1f && buffer[1] === 0x8b) return "gzip";
    if (bytesRead === BLOCK && buffer.toString("latin1", 257, 262) === "ustar") return "none";
  } finally {
    await handle.close();
  }
  throw new UsageError(oneLine(`${name} is neither a directory nor a .tar.gz archive`));
}
