const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `10m18s`: the second unit is left out when there is nothing of it. */
function two(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}

/**
 * An age in ms as kubectl prints it in the AGE column: `45s`, `9m33s`, `119m`, `3h12m`, `47h`,
 * `2d3h`, `12d`, `2y30d`. One step differs: kubectl drops the seconds after ten minutes, here they
 * stay for the first hour (`10m18s`), as operators of a fresh mesh know it from istioctl.
 * An age from the future is `0s` when clocks differ by a second, `<invalid>` beyond that; none at
 * all is `<unknown>`.
 */
export function age(ms: number | undefined): string {
  if (ms === undefined || Number.isNaN(ms)) return "<unknown>";
  const seconds = Math.trunc(ms / SECOND);
  if (seconds < -1) return "<invalid>";
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  const minutes = Math.floor(ms / MINUTE);
  if (minutes < 60) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(ms / HOUR);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(ms / DAY);
  if (days < 8) return two(days, "d", hours % 24, "h");
  if (days < 2 * 365) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? two(years, "y", days % 365, "d") : `${years}y`;
}
