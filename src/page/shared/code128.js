// A bar code of digits, for scanners that read no QR code: Code 128, code set C, two digits a sign (ISO/IEC 15417).

import { svg } from "./dom.js";

/** Widths of bars and gaps of each sign; the last two are the start of code set C and the stop. */
const WIDTHS = (
  "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211221132" +
  "221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113132311211313" +
  "231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111" +
  "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111" +
  "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113114311411113411311113141" +
  "114131311141411131211412211214211232"
).match(/.{6}/g);
const START = 105;
const STOP = "2331112";
/** Values of signs end with their check sum: it is taken modulo this. */
const SIGNS = 103;
/** The standard's light margin at each side, in modules. */
const QUIET = 10;
const HEIGHT = 40;

/** The bar code of an even number of digits, named by `label`. */
export function code128(digits, label) {
  const values = digits.match(/\d\d/g).map(Number);
  const check = values.reduce((sum, value, at) => sum + value * (at + 1), START) % SIGNS;
  const widths = [START, ...values, check].map((value) => WIDTHS[value]).join("") + STOP;
  let [x, path] = [QUIET, ""];
  for (const [at, width] of [...widths].entries()) {
    if (at % 2 === 0) path += `M${x} 0h${width}v${HEIGHT}h-${width}z`;
    x += Number(width);
  }
  return svg(
    "svg",
    { class: "bars", viewBox: `0 0 ${x + QUIET} ${HEIGHT}`, role: "img", "aria-label": label, preserveAspectRatio: "none" },
    svg("rect", { width: x + QUIET, height: HEIGHT, fill: "#fff" }),
    svg("path", { d: path, fill: "#000" }),
  );
}
