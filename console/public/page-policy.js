// The page takes no text as HTML or script, whoever writes it (CSP: require-trusted-types-for). The map's worker is all that
// is started by an address, and only by one of this page's own files.
if (globalThis.trustedTypes) {
  globalThis.trustedTypes.createPolicy('default', {
    createScriptURL: (address) => {
      const { origin, pathname } = new URL(address, location.href)
      return origin === location.origin && pathname.startsWith('/assets/') ? address : null
    },
  })
}
// Before zod is loaded, in whichever chunk: it would try to compile schemas from text.
globalThis.__zod_globalConfig = { jitless: true }
