/** Of prom-client only what writes the text: the rest measures its own process. */
declare module 'prom-client/lib/registry.js' {
  // biome-ignore lint/style/noDefaultExport: it is how the library exports it.
  export { Registry as default } from 'prom-client';
}
