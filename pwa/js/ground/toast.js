// A short word at the lower edge, read out by screen readers; it goes by itself unless it asks.

/**
 * @param {string} text
 * @param {{action?: string, act?: () => void, stays?: boolean}} [options]
 * @returns {() => void} takes it away
 */
export function toast(text, { action, act, stays = false } = {}) {
  const place = document.getElementById("toasts") ?? document.body;
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  const away = () => box.remove();
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = action;
    button.addEventListener("click", () => {
      away();
      act?.();
    });
    box.append(button);
  }
  place.append(box);
  if (!stays) setTimeout(away, action ? 10000 : 5000);
  return away;
}
