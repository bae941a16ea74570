import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

/* Gives Prometheus the file that `mc check --watch` writes; 503 until there is one. */
const [, , file, port] = process.argv;

createServer(async (_request, response) => {
  const text = await readFile(file, "utf8").catch(() => undefined);
  response.writeHead(text === undefined ? 503 : 200, {
    "content-type": "text/plain; version=0.0.4",
  });
  response.end(text);
}).listen(Number(port));
