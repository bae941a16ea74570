/** A point of the picture, px. */
export interface Point {
  x: number;
  y: number;
}

/** What stands for a cluster, px. */
export const CARD = { width: 172, height: 56 } as const;
const MARGIN = 16;

/** Room between neighbours for their lines, px; less where there are many, which need the page. */
const GAPS = [
  { most: 6, across: 120, down: 64 },
  { most: 12, across: 72, down: 44 },
  { most: Number.POSITIVE_INFINITY, across: 36, down: 48 },
] as const;

export interface Layout {
  width: number;
  height: number;
  /** The middles of the cards. */
  centres: readonly Point[];
}

/**
 * Cards around an ellipse that is as wide, measured in cards, as it is high: so no line between two
 * of them leads through a third, however many links there are.
 */
export function layoutOf(count: number): Layout {
  const step = (2 * Math.PI) / Math.max(count, 2);
  // What keeps neighbours apart: side by side at the top, one above the other at the sides.
  const gap = GAPS.find(({ most }) => count <= most) ?? GAPS[0];
  const chord = 2 * Math.sin(step / 2);
  const rx = (CARD.width + gap.across) / chord;
  const ry = count === 2 ? 0 : (CARD.height + gap.down) / chord;
  const width = 2 * (rx + CARD.width / 2 + MARGIN);
  const height = 2 * (ry + CARD.height / 2 + MARGIN);
  // Two lie side by side, an odd number has one at the top.
  const start = count === 2 ? Math.PI : -Math.PI / 2;
  const centres = Array.from({ length: count }, (_, index) => ({
    x: width / 2 + rx * Math.cos(start + index * step),
    y: height / 2 + ry * Math.sin(start + index * step),
  }));
  return { width, height, centres };
}

/** Where a line from the middle of a card towards another point leaves the card. */
export function borderPoint(from: Point, towards: Point): Point {
  const [dx, dy] = [towards.x - from.x, towards.y - from.y];
  const scale = Math.min(
    (CARD.width / 2 + 3) / Math.max(Math.abs(dx), 1e-9),
    (CARD.height / 2 + 3) / Math.max(Math.abs(dy), 1e-9),
  );
  return { x: from.x + dx * scale, y: from.y + dy * scale };
}

/** The two ends of a line moved aside, to the right of its direction. */
export function aside([from, to]: readonly [Point, Point], distance: number): [Point, Point] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const move = ({ x, y }: Point): Point => ({
    x: x - (dy / length) * distance,
    y: y + (dx / length) * distance,
  });
  return [move(from), move(to)];
}
