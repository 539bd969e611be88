/** What a person can do about a record the office would not have. */
import { askFirst, say } from "../ground/dialog.js";
import { newId } from "../ground/ids.js";
import { t } from "../ground/language.js";
import { afterChange, phone, save } from "../phone.js";
import { discard, retryPhoto } from "../store/outbox.js";

/** @param {any} item */
export function discardRecord(item) {
  askFirst({ title: t("Discard this record?"),
    text: t("It leaves this phone’s screens. The office keeps what it refused."),
    yes: t("Discard"), danger: true,
    act: async () => {
      const { items, photos } = await discard(phone.db, item.id, Date.now());
      await afterChange(items, photos);
      say(t("Discarded"));
    } });
}

/**
 * Send a refused record again as it is, e.g. after the office put right what was missing. The
 * office answers one mutation always the same, so it goes under a new name.
 * @param {any} item
 */
export async function sendAgain(item) {
  const current = item.problem?.current;
  const known = Number(current?.version ?? current ?? NaN);
  await save([{ id: newId(), type: item.type, entity_id: item.entity_id,
    base_version: Number.isFinite(known) ? known : item.base_version, payload: item.payload,
    client_time: new Date().toISOString() }]);
}

/** @param {string} id */
export async function sendPhotoAgain(id) {
  await afterChange([], await retryPhoto(phone.db, id));
}
