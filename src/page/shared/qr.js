// A QR code for exactly one thing: the digits of a ticket's receipt. That always is version 3 (29 x 29), level M, numeric mode,
// one block (ISO/IEC 18004: 44 data and 26 correction bytes). A library for all of QR is larger than
// the rest of the page's code; a test reads this one with an independent decoder.

import { svg } from "./dom.js";

const SIZE = 29;
const DATA_BYTES = 44;
const CHECK_BYTES = 26;
/** The standard's light margin, in modules. */
const MARGIN = 4;
/** Level M, then three bits of mask, are protected by BCH(15,5) with this polynomial and masked with the second. */
const FORMAT_POLYNOMIAL = 0b10100110111;
const FORMAT_MASK = 0b101010000010010;

const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The code as a drawing, named by `label`. */
export function qr(digits, label) {
  const modules = symbol(digits);
  let path = "";
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) if (modules[y][x]) path += `M${x + MARGIN} ${y + MARGIN}h1v1h-1z`;
  }
  const side = SIZE + 2 * MARGIN;
  return svg(
    "svg",
    { class: "qr", viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("rect", { width: side, height: side, fill: "#fff" }),
    svg("path", { d: path, fill: "#000" }),
  );
}

function symbol(digits) {
  const bits = codewords(digits).flatMap((byte) => bitsOf(byte, 8));
  const candidates = MASKS.map((mask, number) => {
    const { modules, taken } = frame();
    drawFormat(modules, number);
    drawData(modules, taken, bits, mask);
    return modules;
  });
  return candidates.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

/** Mode, length, digits, terminator and padding, then the correction bytes. */
function codewords(digits) {
  if (!/^\d{1,40}$/.test(digits)) throw new RangeError("a receipt has at most 40 digits");
  // Three digits are ten bits, a rest of two or one seven or four.
  const groups = digits.match(/\d{1,3}/g).flatMap((group) => bitsOf(Number(group), 1 + 3 * group.length));
  const bits = [...bitsOf(0b0001, 4), ...bitsOf(digits.length, 10), ...groups, 0, 0, 0, 0];
  while (bits.length % 8) bits.push(0);
  const data = [];
  for (let at = 0; at < bits.length; at += 8) data.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let filler = 0xec; data.length < DATA_BYTES; filler ^= 0xec ^ 0x11) data.push(filler);
  return [...data, ...checkBytes(data)];
}

/** Reed-Solomon over GF(256) with x^8+x^4+x^3+x^2+1: the rest of dividing by (x-1)(x-2)...(x-2^25). */
function checkBytes(data) {
  let generator = [1];
  for (let i = 0, root = 1; i < CHECK_BYTES; i++, root = times(root, 2)) {
    const longer = [...generator, 0];
    generator.forEach((factor, at) => { longer[at + 1] ^= times(factor, root); });
    generator = longer;
  }
  const rest = [...data, ...new Array(CHECK_BYTES).fill(0)];
  for (let at = 0; at < data.length; at++) {
    const factor = rest[at];
    generator.forEach((one, offset) => { rest[at + offset] ^= times(one, factor); });
  }
  return rest.slice(data.length);
}

function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return product;
}

const bitsOf = (value, length) => Array.from({ length }, (_, at) => (value >> (length - 1 - at)) & 1);

/** Finder, timing and alignment patterns; `taken` marks them and the places of the format. */
function frame() {
  const grid = () => Array.from({ length: SIZE }, () => new Array(SIZE).fill(false));
  const modules = grid();
  const taken = grid();
  const set = (x, y, dark) => {
    if (x < 0 || y < 0 || x >= SIZE || y >= SIZE) return;
    modules[y][x] = dark;
    taken[y][x] = true;
  };
  for (let at = 0; at < SIZE; at++) {
    set(at, 6, at % 2 === 0);
    set(6, at, at % 2 === 0);
  }
  const square = (centreX, centreY, reach, isDark) => {
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) set(centreX + dx, centreY + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  };
  for (const [x, y] of [[3, 3], [SIZE - 4, 3], [3, SIZE - 4]]) square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  square(22, 22, 2, (ring) => ring !== 1);
  for (let at = 0; at < 8; at++) {
    for (const [x, y] of [[8, at], [at, 8], [8, SIZE - 1 - at], [SIZE - 1 - at, 8]]) taken[y][x] = true;
  }
  taken[8][8] = true;
  return { modules, taken };
}

/** The fifteen format bits, twice, and the module that is always dark. */
function drawFormat(modules, mask) {
  let rest = mask << 10;
  for (let bit = 14; bit >= 10; bit--) if ((rest >> bit) & 1) rest ^= FORMAT_POLYNOMIAL << (bit - 10);
  const format = ((mask << 10) | rest) ^ FORMAT_MASK;
  const bit = (at) => ((format >> at) & 1) === 1;
  for (let at = 0; at < 15; at++) {
    const along = at < 6 ? at : at < 8 ? at + 1 : SIZE - 15 + at;
    modules[along][8] = bit(at);
    const across = at < 8 ? SIZE - 1 - at : at === 8 ? 7 : 14 - at;
    modules[8][across] = bit(at);
  }
  modules[SIZE - 8][8] = true;
}

/** Two columns at a time from the right, up and down in turn, around what is taken. */
function drawData(modules, taken, bits, mask) {
  let at = 0;
  for (let right = SIZE - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let step = 0; step < SIZE; step++) {
      const y = up ? SIZE - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (taken[y][x]) continue;
        modules[y][x] = (bits[at++] === 1) !== mask(x, y);
      }
    }
  }
}

/** How hard a symbol is to read: the standard's four counts. */
function penalty(modules) {
  const lines = [...modules, ...modules.map((_, x) => modules.map((row) => row[x]))];
  const written = lines.map((line) => line.map(Number).join(""));
  let sum = 0;
  for (const line of written) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (const _ of line.matchAll(/(?=00001011101|10111010000)/g)) sum += 40;
  }
  for (let y = 1; y < SIZE; y++) {
    for (let x = 1; x < SIZE; x++) {
      const dark = modules[y][x] + modules[y - 1][x] + modules[y][x - 1] + modules[y - 1][x - 1];
      if (dark === 0 || dark === 4) sum += 3;
    }
  }
  const share = modules.flat().filter(Boolean).length / SIZE ** 2;
  return sum + Math.floor(Math.abs(share - 0.5) * 20) * 10;
}
