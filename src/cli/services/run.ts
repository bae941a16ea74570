import { SERVICE_FACTS } from "../../engine/service-facts.ts";
import { servicesOverview } from "../../mesh/hops/overview.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import { formatCalled } from "../shared/format.ts";
import type { Io } from "../shared/io.ts";
import { closeReaders, openReaders } from "../shared/readers.ts";
import { readServiceMesh, type ServiceMeshOptions } from "../shared/service-mesh.ts";
import { FORMATS } from "./formats.ts";
import { isBroken, linesOf } from "./table.ts";

/** Flags of `mc services`, parsed. */
export interface ServicesOptions extends ServiceMeshOptions {
  output: string;
  broken?: boolean;
  all?: boolean;
}

/** `mc services`: resolves with the exit code, the table being written. */
export async function runServices(options: ServicesOptions, io: Io): Promise<number> {
  const format = formatCalled(FORMATS, options.output, "mc services");
  const readers = await openReaders(options, options.timeout, io);
  try {
    const { mesh, unread } = await readServiceMesh(
      readers,
      SERVICE_FACTS,
      { servicePods: "shared" },
      options,
      io,
    );
    const { rows: all, findings } = servicesOverview(mesh, options.namespace);
    const rows = options.broken ? all.filter(isBroken) : all;
    const report = {
      clusters: mesh.sides.map(({ cluster }) => cluster.context),
      rows,
      lines: linesOf(rows, options.all ?? false),
      findings,
      unread,
    };
    await io.stdout.write(format(report));
    return findings.length > 0 || unread.length > 0 || all.some(isBroken) ? EXIT_FAULT : 0;
  } finally {
    await closeReaders(readers);
  }
}
