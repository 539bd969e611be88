/**
 * What is signed: the content of a sheet in one spelling, and its hash. The office spells it the same
 * (backend/daywork/signatures/rules.py); both are held to tests/cases/contents.json. No window here.
 */
import { sha256 } from "../ground/hash.js";

/** JSON with sorted keys and no spaces. @param {any} value @returns {string} */
export function spell(value) {
  if (Array.isArray(value)) return `[${value.map(spell).join(",")}]`;
  if (value && typeof value === "object") {
    return `{${Object.keys(value).filter((key) => value[key] !== undefined).sort()
      .map((key) => `${JSON.stringify(key)}:${spell(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

/** @param {any} payload of a sheet, as it is sent @returns {Promise<string>} SHA-256 in hex */
export function contentOf(payload) {
  return sha256(new TextEncoder().encode(spell(payload)));
}
