// The few cookies scripts may read and write: language, light, and the token against forgery.

/**
 * @param {string} name
 * @returns {string} its value, or ""
 */
export function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/**
 * @param {string} name
 * @param {string} value empty forgets it
 */
export function setCookie(name, value) {
  const age = value ? 31536000 : 0;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}
