// What build.mjs writes into the bundles (esbuild's `define`). In Node tests they do not exist:
// ask with `typeof` before reading.

/** Short hash of everything the browser gets; changes with every release that changes a byte. */
declare const __BUILD__: string;

/** Language tag → address of its message catalogue; English is the source and has none. */
declare const __MESSAGES__: Record<string, string>;

/** Address of the picture beside a notification, and of the small sign in the phone's top line. */
declare const __ICON__: string;
declare const __BADGE__: string;

/** Addresses the service worker stores when it is installed. */
declare const __PRECACHE__: string[];
