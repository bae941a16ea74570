import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

/*
 * The rooms of the live reader, each with one door: who comes from another room, or from outside,
 * imports its index.ts, and only from rooms below.
 */

const READERS = resolve(import.meta.dirname, "../../src/readers");
/** From the ground up. */
const ROOMS = ["kubeconfig", "live/connection", "live/auth", "live/api", "live/debug", "live.ts"];

function roomOf(file: string): string | undefined {
  return ROOMS.find((room) => file === room || file.startsWith(`${room}/`));
}

const imports = globSync("**/*.ts", { cwd: resolve(READERS, "..") }).flatMap((path) => {
  const text = readFileSync(resolve(READERS, "..", path), "utf8");
  const from = relative(READERS, resolve(READERS, "..", path));
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, specifier = ""]) => ({
    from,
    to: join(dirname(from), specifier),
  }));
});

test("a room is entered by its door", () => {
  const crossing = imports.filter(({ from, to }) => {
    const room = roomOf(to);
    return room !== undefined && room !== roomOf(from);
  });
  expect(crossing.length).toBeGreaterThan(20);
  const other = crossing.filter(({ to }) => to !== "live.ts" && !to.endsWith("/index.ts"));
  expect(other).toEqual([]);
});

test("a room knows only those below", () => {
  const upwards = imports.filter(({ from, to }) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    return here !== undefined && there !== undefined && ROOMS.indexOf(there) > ROOMS.indexOf(here);
  });
  expect(upwards).toEqual([]);
});

test("no file of a room takes its own door", () => {
  const inside = imports.filter(({ from, to }) => {
    const room = roomOf(from);
    return room !== undefined && to === `${room}/index.ts`;
  });
  expect(inside).toEqual([]);
});
