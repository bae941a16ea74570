import { subscribe } from "node:diagnostics_channel";
import dgram from "node:dgram";
import dns from "node:dns";
import { appendFileSync } from "node:fs";
import type { Socket } from "node:net";

/*
 * Loaded into a process before its program, with --import: writes to the file in MC_TEST_WATCH a
 * line for every connection that it opens, name that it looks up and program that it starts.
 */

const file = process.env["MC_TEST_WATCH"] ?? "";

function note(what: string): void {
  appendFileSync(file, `${what}\n`);
}

subscribe("net.client.socket", (message) => {
  const { socket } = message as { socket: Socket };
  socket.once("connectionAttempt", (ip: string, port: number) => {
    note(`connect ${ip}:${port}`);
  });
});

subscribe("child_process", () => note("spawn"));

function watched<T extends object>(module: T, name: keyof T & string): void {
  const original = module[name] as (...args: unknown[]) => unknown;
  Object.assign(module, {
    [name]: (...args: unknown[]) => {
      note(`${name} ${String(args[0])}`);
      return original.apply(module, args);
    },
  });
}

for (const name of ["lookup", "resolve", "resolve4", "resolve6"] as const) watched(dns, name);
watched(dgram, "createSocket");
