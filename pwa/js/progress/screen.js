/** Tasks: the list, or one of them. */
import { taskScreen } from "./report.js";
import { tasksScreen } from "./tasks.js";

/** @param {string} id @param {URLSearchParams} asked @returns {import("../app.js").Screen} */
export function screen(id, asked) {
  return id ? taskScreen(id, asked) : tasksScreen();
}
