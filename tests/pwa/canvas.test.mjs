// What a canvas can be trusted with.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { fitting, isBlank, LARGEST_AREA } from "../../pwa/js/photos/canvas.js";

describe("a picture on a canvas", () => {
  it("keeps its shape, is never enlarged and never without a pixel", () => {
    assert.deepEqual(fitting(8064, 6048, 2048), { width: 2048, height: 1536 });
    assert.deepEqual(fitting(640, 480, 2048), { width: 640, height: 480 });
    assert.deepEqual(fitting(1, 50_000, 2048), { width: 1, height: 2048 });
  });

  it("never needs more than an iPhone's canvas holds", () => {
    const { width, height } = fitting(8064, 6048, 10_000);
    assert.ok(width * height <= LARGEST_AREA);
    assert.ok(width * height > LARGEST_AREA * 0.99);
  });
});

describe("a canvas that was not drawn", () => {
  const [black, clear, night, day] = [[0, 0, 0, 255], [0, 0, 0, 0], [0, 1, 0, 255], [90, 80, 70, 255]];
  it("is black or clear", () => {
    for (const one of [black, clear]) assert.equal(isBlank(Array(8).fill(one)), true);
  });
  it("or ends in the middle", () => {
    assert.equal(isBlank([day, day, day, day, black, black, black, black]), true);
  });
  it("is not a night, nor a dark sky or floor", () => {
    assert.equal(isBlank(Array(8).fill(night)), false);
    assert.equal(isBlank([black, black, black, black, day, black, black, black]), false);
    assert.equal(isBlank([day, day, day, day, black, black, black, night]), false);
  });
});
