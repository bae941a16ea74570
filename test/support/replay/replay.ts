import { carryOut } from "./commands.ts";
import { type Fault, faultsOf, judge, placeOf, type ReplayCluster, textOf } from "./mesh.ts";

export interface Replayed {
  /** Why not all commands could be carried out. */
  cannot: string[];
  /** What is wrong with the remedy, in lines. */
  wrong: string[];
}

/** Carries out the remedy of a fault and judges the mesh again. */
export async function replay(
  mesh: readonly ReplayCluster[],
  before: readonly Fault[],
  fault: Fault,
  precheck = false,
): Promise<Replayed> {
  const { remediation } = fault.finding;
  const copy = structuredClone([...mesh]);
  const cannot: string[] = [];
  let changed = false;
  for (const command of remediation?.commands ?? []) {
    try {
      const outcome = await carryOut(copy, command);
      if (typeof outcome === "object") cannot.push(`${outcome.cannot}: ${command}`);
      else changed ||= outcome === "changed";
    } catch (cause) {
      return { cannot, wrong: [`${textOf(fault)}: ${command}: ${String(cause)}`] };
    }
  }
  if (!changed) {
    const says = cannot.length > 0 || remediation?.step === true;
    const wrong = `${textOf(fault)}: a remedy that changes nothing is a step`;
    return { cannot, wrong: says ? [] : [wrong] };
  }
  const after = faultsOf(await judge(copy, precheck));
  const there = after.find(
    (one) => placeOf(one) === placeOf(fault) && one.finding.message === fault.finding.message,
  );
  const known = new Set(before.map(placeOf));
  const fresh = after.filter((one) => !known.has(placeOf(one)));
  const remains = there && remediation?.step !== true && cannot.length === 0;
  return {
    cannot,
    wrong: [
      ...(remains
        ? [`${textOf(fault)}: is still there after ${remediation?.commands.join("; ")}`]
        : []),
      ...fresh.map(
        (one) =>
          `${textOf(fault)}: after ${remediation?.commands.join("; ")} there is a new fault: ${textOf(one)}`,
      ),
    ],
  };
}
