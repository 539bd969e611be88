// tus-js-client as it comes from npm, run by Node on a file: a client we did not write.
// Arguments: a JSON object {endpoint, file, headers, metadata, chunkSize, breakAt, checksum…}.
import { createReadStream, statSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../pwa/package.json", import.meta.url));
const tus = require("tus-js-client");
const given = JSON.parse(process.argv[2]);
const told = { requests: [], resumedAt: null, url: null };

const options = {
  endpoint: given.endpoint,
  headers: given.headers,
  metadata: given.metadata,
  uploadSize: statSync(given.file).size,
  chunkSize: given.chunkSize ?? Number.POSITIVE_INFINITY,
  uploadDataDuringCreation: given.uploadDataDuringCreation ?? false,
  overridePatchMethod: given.overridePatchMethod ?? false,
  retryDelays: [50, 100, 200],
  onBeforeRequest(request) { told.requests.push([request.getMethod(), request.getHeader("Upload-Offset") ?? null]); },
};

function run(more, breakAt) {
  return new Promise((resolve, reject) => {
    let broken = false;
    const upload = new tus.Upload(createReadStream(given.file), {
      ...options,
      ...more,
      onUploadUrlAvailable() { told.url = upload.url; },
      onSuccess() { resolve("done"); },
      onError(error) { if (!broken) reject(error); },
      onChunkComplete(_size, accepted) {
        if (breakAt && accepted >= breakAt && !broken) {
          broken = true;
          upload.abort(given.terminate ?? false).then(() => resolve("broken"), reject);
        }
      },
    });
    upload.start();
  });
}

try {
  told.first = await run({}, given.breakAt);
  if (told.first === "broken" && !given.terminate) {
    told.brokenRequests = told.requests.length;
    told.second = await run({ uploadUrl: told.url }, 0);
    told.resumedAt = Number(told.requests.slice(told.brokenRequests).find(([method]) => method === "PATCH")?.[1]);
  }
} catch (error) {
  told.error = String(error.message);
  told.status = error.originalResponse?.getStatus() ?? null;
}
console.log(JSON.stringify(told));
