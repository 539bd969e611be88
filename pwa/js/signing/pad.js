/**
 * Drawing a name with a finger, a pen or a mouse. What is drawn is kept as an SVG path in a box of a
 * fixed size, so that it looks the same on every screen and on paper.
 */

/** Width and height of the box, as the office draws it. */
export const BOX = /** @type {const} */ ([600, 240]);

/** Points closer than this, in the box, tell nothing new. */
const STEP = 3;

/** @typedef {[number, number][][]} Strokes */

/**
 * @param {HTMLCanvasElement} canvas of {@link BOX}
 * @param {Strokes} strokes what is drawn already; the hand adds to it
 * @param {() => void} drawn called when the hand is lifted, and after clearing
 * @returns {() => void} clears it
 */
export function drawOn(canvas, strokes, drawn) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.lineWidth = 5;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#14181D";
  for (const stroke of strokes) stroke.forEach((at, i) => line(pen, stroke[Math.max(0, i - 1)], at));
  /** @type {[number, number]|null} */
  let last = null;

  /** @param {PointerEvent} event @returns {[number, number]} */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const within = (/** @type {number} */ at, /** @type {number} */ most) =>
      Math.round(Math.min(Math.max(at, 0), most - 1));
    return [within((event.clientX - box.left) * canvas.width / box.width, canvas.width),
      within((event.clientY - box.top) * canvas.height / box.height, canvas.height)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    strokes.push([last]);
    line(pen, last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    const stroke = strokes[strokes.length - 1];
    if (!last || !stroke) return;
    const here = place(event);
    if (Math.hypot(here[0] - last[0], here[1] - last[1]) < STEP) return;
    line(pen, last, here);
    stroke.push(here);
    last = here;
  });
  const lift = () => {
    last = null;
    drawn();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  return () => {
    strokes.length = 0;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    lift();
  };
}

/** `M12 34 L56 78 M…` @param {Strokes} strokes */
export function pathOf(strokes) {
  return strokes.map((points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join(" "))
    .join(" ");
}

/** A line; from a point to itself it is a dot. @param {CanvasRenderingContext2D} pen
 * @param {[number, number]} from @param {[number, number]} to */
function line(pen, from, to) {
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(to[0] + (from === to ? 0.1 : 0), to[1]);
  pen.stroke();
}
