/** Of undici only an agent and fetch: its caches, mocks and web sockets would be two fifths of the bytes to load. */
declare module 'undici/lib/dispatcher/agent.js' {
  // biome-ignore lint/style/noDefaultExport: it is how the library exports it.
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/web/fetch/index.js' {
  export { fetch } from 'undici';
}
