// A file on its way to the server, in pieces: it goes on while other views are looked at.

import { change, send } from "./api.js";

/** Largest file that the server takes. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** The file under way: undefined, or what it is and how much of it has come. */
let sending;

/** Whether a file is under way. */
export const isSending = () => sending !== undefined;

/** Sends a file to be imported, or only checked. Ends when all of it has come. */
export async function sendFile(file, wish) {
  const { job, pieceBytes } = await change("POST", "/desk/api/status/import", { name: file.name.slice(-255), bytes: file.size, ...wish });
  sending = { job };
  try {
    for (let at = 0; at < file.size && !sending.isStopped; ) {
      const { received } = await send(`/desk/api/status/import/${job}/${at}`, file.slice(at, at + pieceBytes));
      at = received;
    }
  } finally {
    sending = undefined;
  }
}

/** Ends the sending; the server drops what has come. */
export async function stopSending(job) {
  if (sending) sending.isStopped = true;
  await change("DELETE", `/desk/api/status/import/${job}`);
}

// Whoever leaves the page is asked first.
addEventListener("beforeunload", (event) => {
  if (isSending()) event.preventDefault();
});
