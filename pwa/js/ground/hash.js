/** SHA-256 of bytes. Browsers have it on safe connections only. No window here. */

/** @param {ArrayBuffer|Uint8Array<ArrayBuffer>} bytes @returns {Promise<string>} in hex */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
