// Signing out on an online page: this phone may hold records of the person that no office has. Then
// the capture app's own warning comes first; it can send them or write them into a file.

import { holder } from "../store/holder.js";
import { openStore } from "../store/database.js";
import { unsentRecords } from "../store/outbox.js";

/** Whether the person this phone last served has records only here. */
async function holdsUnsent() {
  const member = await holder();
  if (!member) return false;
  const db = await openStore(member);
  try {
    const { mutations, photos } = await unsentRecords(db);
    return mutations.length + photos.length > 0;
  } finally {
    db.close();
  }
}

/** @param {HTMLFormElement} form the one that signs out */
export function warnBeforeLeaving(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Whatever goes wrong in looking, signing out must work: nothing is wiped by it.
    holdsUnsent().catch(() => false).then((held) => {
      if (held) location.assign("/m/me?leave=1");
      else form.submit();
    });
  });
}
