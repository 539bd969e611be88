// Turns js/, css/, icons/ and the message catalogues into dist/: hashed names, brotli and gzip
// siblings, the capture shell in each language, and a service worker that knows what to store.
// Python reads dist/assets.json (name → address) and serves what lies beside it.
//
//   node build.mjs           once
//   node build.mjs --watch   again whenever a source changes
//   node build.mjs --without=js/capture.js   while that part is in pieces on the bench

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync,
  watch, writeFileSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import * as esbuild from "esbuild";
import gettext from "gettext-parser";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const DIST = join(HERE, "dist");
const PUBLIC = "/assets/";
const PAGES = ["js/review.js", "js/capture.js"]
  .filter((path) => !process.argv.includes(`--without=${path}`));
/** The pages that are the same for everybody are written once in each. */
const LANGUAGES = ["zh-CN", "en"];
const STYLES = ["css/app.css"];
/** For watermarks and PDFs that the server draws; no browser is ever sent them. */
const FONTS = ["400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf"];
/** Cheap phones keep old browsers: no top-level await, everything else is lowered by esbuild. */
const TARGET = ["chrome87", "safari14.1", "firefox90"];
const COMPRESSED = new Set([".js", ".css", ".json", ".svg", ".html", ".webmanifest"]);

const digest = (/** @type {string | Buffer} */ bytes, length = 10) =>
  createHash("sha256").update(bytes).digest("hex").slice(0, length);

/** Every file below a folder, as paths relative to this package, sorted. */
function filesBelow(/** @type {string} */ folder) {
  const found = [];
  if (!existsSync(join(HERE, folder))) return found;
  for (const item of readdirSync(join(HERE, folder), { recursive: true, withFileTypes: true })) {
    if (item.isFile()) found.push(relative(HERE, join(item.parentPath ?? item.path, item.name)));
  }
  return found.map((path) => path.split(sep).join("/")).sort();
}

/** The name of this build: any byte that can reach a browser changes it. */
function buildName() {
  const sources = ["js", "css", "icons", "locale"].flatMap(filesBelow)
    .filter((path) => !path.endsWith(".pot") && !path.endsWith(".py"));
  sources.push("templates/shell.html", "templates/offline.html", "package-lock.json", "build.mjs");
  const hash = createHash("sha256");
  for (const path of sources) {
    if (existsSync(join(HERE, path))) hash.update(path).update(readFileSync(join(HERE, path)));
  }
  return hash.digest("hex").slice(0, 12);
}

const LITERAL = `("(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*')`;
const ONE = new RegExp(`\\bt\\(\\s*${LITERAL}`, "g");
const MANY = new RegExp(`\\btn\\(\\s*${LITERAL}\\s*,\\s*${LITERAL}`, "g");

/** What the JavaScript says: only these messages are worth sending to a phone. */
function messagesSaid() {
  const said = new Set();
  const text = (/** @type {string} */ quoted) => Function(`"use strict"; return ${quoted}`)();
  for (const path of filesBelow("js").filter((name) => name.endsWith(".js"))) {
    const source = readFileSync(join(HERE, path), "utf8");
    for (const pattern of [ONE, MANY]) {
      for (const match of source.matchAll(pattern)) said.add(text(match[1]));
    }
  }
  return said;
}

/** locale/zh_CN/LC_MESSAGES/daywork.po → {"zh-CN": {"msgid": "text" | ["one form", …]}} */
function catalogues() {
  const said = messagesSaid();
  /** @type {Record<string, Record<string, string | string[]>>} */
  const found = {};
  for (const path of filesBelow("locale").filter((name) => name.endsWith(".po"))) {
    const language = path.split("/")[1].replace("_", "-");
    const po = gettext.po.parse(readFileSync(join(HERE, path)));
    found[language] = {};
    for (const message of Object.values(po.translations[""] ?? {})) {
      if (!message.msgid || !said.has(message.msgid) || !message.msgstr[0]) continue;
      found[language][message.msgid] =
        message.msgid_plural ? message.msgstr : message.msgstr[0];
    }
  }
  return found;
}

/** Write one file under its hashed name and note it. */
function store(/** @type {Record<string, string>} */ assets, /** @type {string} */ name,
  /** @type {string | Buffer} */ bytes) {
  const hashed = `${basename(name, extname(name))}.${digest(bytes)}${extname(name)}`;
  writeFileSync(join(assets.$folder, hashed), bytes);
  assets[name] = PUBLIC + hashed;
  return assets[name];
}

/** Fill `%(name)s` in a page that is the same for everybody. */
function fill(/** @type {string} */ html, /** @type {Record<string, string>} */ values) {
  return html.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

async function build() {
  const started = performance.now();
  const building = join(HERE, "node_modules", `.dist-${process.pid}`);
  rmSync(building, { recursive: true, force: true });
  mkdirSync(join(building, "assets"), { recursive: true });
  const name = buildName();
  /** @type {Record<string, string>} */
  const assets = Object.defineProperty({}, "$folder", { value: join(building, "assets") });

  /** @type {Record<string, string>} */
  const messages = {};
  const translated = catalogues();
  for (const [language, catalogue] of Object.entries(translated)) {
    messages[language] = store(assets, `messages.${language}.json`, JSON.stringify(catalogue));
  }
  for (const path of filesBelow("icons").filter((item) => /\.(png|svg|ico|webp)$/.test(item))) {
    store(assets, basename(path), readFileSync(join(HERE, path)));
  }

  const define = {
    __BUILD__: JSON.stringify(name),
    __MESSAGES__: JSON.stringify(messages),
  };
  // Each page by itself: shared chunks would be cut where the two have something in common, and a
  // first visit would pay for the seams.
  /** @type {esbuild.Metafile} */
  const bundled = { inputs: {}, outputs: {} };
  for (const path of [...PAGES, ...STYLES].filter((one) => existsSync(join(HERE, one)))) {
    const bundle = await esbuild.build({
      absWorkingDir: HERE, entryPoints: [path],
      outdir: join(building, "assets"), publicPath: PUBLIC,
      entryNames: "[name].[hash]", chunkNames: "part.[hash]", assetNames: "[name].[hash]",
      bundle: true, splitting: true, format: "esm", minify: true, target: TARGET,
      external: ["/assets/*"], legalComments: "none", metafile: true, define, logLevel: "warning",
    });
    Object.assign(bundled.outputs, bundle.metafile.outputs);
  }
  /** @type {string[]} */
  const captureParts = [];
  /** @type {string[]} */
  const firstParts = [];
  for (const [path, output] of Object.entries(bundled.outputs)) {
    const address = PUBLIC + basename(path);
    if (output.entryPoint) assets[basename(output.entryPoint)] = address;
    if (output.entryPoint === "js/capture.js") {
      captureParts.push(address, ...partsOf(bundled, output).map((p) => PUBLIC + basename(p)));
      firstParts.push(address, ...partsOf(bundled, output, "import-statement")
        .map((p) => PUBLIC + basename(p)));
    }
  }

  const texts = shellTexts(translated);
  for (const language of LANGUAGES) {
    for (const page of ["shell", "offline"]) {
      const source = join(HERE, "templates", `${page}.html`);
      if (!existsSync(source)) continue;
      const html = fill(readFileSync(source, "utf8"), {
        ...texts(language), language, build: name,
        css: assets["app.css"] ?? "", capture: assets["capture.js"] ?? "",
        icon: assets["icon.svg"] ?? "", apple: assets["apple-touch-icon.png"] ?? "",
        parts: firstParts.filter((part) => part !== assets["capture.js"])
          .map((part) => `<link rel="modulepreload" href="${part}">`).join("\n"),
        messages: messages[language]
          ? `<link rel="preload" as="fetch" crossorigin href="${messages[language]}">` : "",
      });
      writeFileSync(join(building, `${page}.${language}.html`), html.replace(/\n\s+/g, "\n"));
    }
  }

  const precache = ["/m/", "/offline", assets["app.css"], ...captureParts,
    ...Object.values(messages), assets["icon.svg"]].filter(Boolean);
  if (existsSync(join(HERE, "js/sw.js"))) {
    await esbuild.build({
      absWorkingDir: HERE, entryPoints: ["js/sw.js"], outfile: join(building, "sw.js"),
      bundle: true, format: "iife", minify: true, target: TARGET, legalComments: "none",
      define: { ...define, __PRECACHE__: JSON.stringify([...new Set(precache)]),
        __ICON__: JSON.stringify(assets["icon-192.png"] ?? ""),
        __BADGE__: JSON.stringify(assets["badge-96.png"] ?? "") },
      logLevel: "warning",
    });
  }
  mkdirSync(join(building, "fonts"));
  for (const font of FONTS) {
    cpSync(join(HERE, "node_modules/@expo-google-fonts/noto-sans-sc", font),
      join(building, "fonts", basename(font)));
  }
  writeFileSync(join(building, "assets.json"), JSON.stringify(assets, null, 1));
  writeFileSync(join(building, "build.json"), JSON.stringify({ build: name, precache }, null, 1));
  compress(building);

  // A browser asking in this very moment finds the old build or the new one, never half of one;
  // assets of the build before stay reachable for pages that are still open.
  if (existsSync(join(DIST, "assets"))) keepPrevious(join(DIST, "assets"), join(building, "assets"));
  rmSync(DIST, { recursive: true, force: true });
  renameSync(building, DIST);
  report(assets, firstParts, captureParts, performance.now() - started);
}

/** Chunks an entry imports, directly or through others; without `kind` also the lazy ones. */
function partsOf(/** @type {esbuild.Metafile} */ meta, /** @type {any} */ output, kind = "",
  seen = new Set()) {
  for (const item of output.imports) {
    if (item.external || seen.has(item.path) || (kind && item.kind !== kind)) continue;
    seen.add(item.path);
    partsOf(meta, meta.outputs[item.path], kind, seen);
  }
  return [...seen];
}

/** The few words of the pages that are the same for everybody, in each language. */
function shellTexts(/** @type {Record<string, Record<string, any>>} */ translated) {
  const po = (/** @type {string} */ language) => {
    const path = join(HERE, "locale", language.replace("-", "_"), "LC_MESSAGES/daywork.po");
    return existsSync(path) ? gettext.po.parse(readFileSync(path)).translations[""] : {};
  };
  const say = JSON.parse(readFileSync(join(HERE, "templates/shell.texts.json"), "utf8"));
  return (/** @type {string} */ language) => {
    const known = translated[language] ? po(language) : {};
    return Object.fromEntries(Object.entries(say).map(
      ([key, text]) => [key, known[text]?.msgstr[0] || text]));
  };
}

function compress(/** @type {string} */ folder) {
  for (const item of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(item.parentPath ?? item.path, item.name);
    if (!item.isFile() || !COMPRESSED.has(extname(path))) continue;
    const bytes = readFileSync(path);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

const KEEP_FOR = 7 * 24 * 3600 * 1000;
function keepPrevious(/** @type {string} */ before, /** @type {string} */ after) {
  for (const item of readdirSync(before)) {
    const old = join(before, item);
    if (!existsSync(join(after, item)) && Date.now() - statSync(old).mtimeMs < KEEP_FOR) {
      cpSync(old, join(after, item), { preserveTimestamps: true });
    }
  }
}

function report(/** @type {Record<string, string>} */ assets, /** @type {string[]} */ first,
  /** @type {string[]} */ capture, /** @type {number} */ took) {
  const size = (/** @type {string} */ address) => {
    const path = join(DIST, `${address.slice(1)}.br`);
    return existsSync(path) ? statSync(path).size / 1024 : 0;
  };
  const kb = (/** @type {number} */ n) => `${n.toFixed(1)} KB`;
  const all = (/** @type {string[]} */ parts) =>
    kb([...new Set(parts)].reduce((sum, address) => sum + size(address), 0));
  console.log(`dist: css ${all([assets["app.css"] ?? ""])}, review ${all([
    assets["review.js"] ?? ""])}, capture ${all(first)} at first, ${all(capture)} in all (brotli), ${
    Math.round(took)} ms`);
}

await build();
if (process.argv.includes("--watch")) {
  let waiting;
  for (const folder of ["js", "css", "icons", "locale", "templates"]) {
    watch(join(HERE, folder), { recursive: true }, () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => build().catch((error) => console.error(error.message)), 150);
    });
  }
}
