import { carryOut } from "./commands.ts";
import { type Fault, faultsOf, judge, placeOf, type ReplayCluster, textOf } from "./mesh.ts";

/** The later the worse. */
const WEIGHT = ["warn", "error", "fail"];

export interface Replayed {
  /** Why not all commands could be carried out. */
  cannot: string[];
  /** What is wrong with the remedy, in lines. */
  wrong: string[];
}

/**
 * Faults that were not there before. A place that had some may say them in other words afterwards, but
 * no more of them, and none that is worse.
 */
function added(before: readonly Fault[], after: readonly Fault[]): Fault[] {
  const weight = ({ finding }: Fault): number => WEIGHT.indexOf(finding.severity);
  const places = Map.groupBy(before, placeOf);
  return [...Map.groupBy(after, placeOf)].flatMap(([place, now]) => {
    const then = places.get(place) ?? [];
    const said = new Set(then.map(({ finding }) => finding.message));
    const worst = Math.max(-1, ...then.map(weight));
    const other = now.filter(({ finding }) => !said.has(finding.message));
    const heavier = other.filter((one) => weight(one) > worst);
    return heavier.length > 0 ? heavier : other.slice(0, Math.max(0, now.length - then.length));
  });
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
  // What another fault explains that was there before, and still is, is none of the remedy's making.
  const old = new Set(before.map(({ check }) => check));
  const explains = new Set(after.flatMap(({ check }) => (old.has(check) ? [check] : [])));
  const fresh = added(before, after).filter(({ check, finding }) => {
    const context = check.includes("/") ? check.slice(0, check.indexOf("/")) : undefined;
    const { blockedBy = "" } = finding;
    return !explains.has(blockedBy) && !explains.has(`${context}/${blockedBy}`);
  });
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
