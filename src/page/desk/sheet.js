// A list as a file for a spreadsheet that is set up as in Russia: UTF-8 with a byte order mark, semicolons, CR LF.

/** Hands a file to the browser. */
export function download(name, heads, rows) {
  const text = `\ufeff${[heads, ...rows].map(line).join("")}`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const line = (cells) => `${cells.map((cell) => `"${harmless(cell).replaceAll('"', '""')}"`).join(";")}\r\n`;

/** No spreadsheet takes the text for a formula: a name may have been given as one. */
const harmless = (text) => (/^[\t\r\n]|^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text);
