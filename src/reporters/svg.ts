import { linkMatrices } from "./link-matrix.ts";
import { markup } from "./markup.ts";
import type { Reporter } from "./reporter.ts";
import { topologyPicture } from "./topology/picture.ts";
import { COLOURS, PICTURE } from "./topology/style.ts";
import { outcomeWords } from "./words.ts";

/** The topology as a picture of its own. */
export const svg: Reporter = (report, { views }) => {
  const [matrix] = linkMatrices(report, views);
  const [picture] = matrix ? topologyPicture(matrix, report, [COLOURS, PICTURE]) : [];
  const none = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 60" role="img"><text x="16" y="34" font-family="sans-serif">${`No links to draw: ${outcomeWords(report)}`}</text></svg>`;
  return `${(picture ?? none).source}\n`;
};
