/** Of undici only an agent and its plainest way to ask: the rest would be most of the bytes to load. */
declare module 'undici/lib/dispatcher/agent.js' {
  // biome-ignore lint/style/noDefaultExport: it is how the library exports it.
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';
  // biome-ignore lint/style/noDefaultExport: it is how the library exports it.
  export default function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions<null>,
  ): Promise<Dispatcher.ResponseData<null>>;
}
