// The tests live in ../tests/pwa, outside this package. Node looks for a bare import ("idb",
// "fake-indexeddb") upwards from the importing file, so it would not find our node_modules:
// this hook answers such imports as if they came from here.
import { register } from "node:module";

const here = new URL("./package.json", import.meta.url).href;
const hook = `
const here = ${JSON.stringify(here)};
export function resolve(specifier, context, next) {
  const bare = !/^(\\.|\\/|node:|file:|data:)/.test(specifier);
  return next(specifier, bare ? { ...context, parentURL: here } : context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
