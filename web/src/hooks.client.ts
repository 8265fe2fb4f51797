import { session } from './lib/session.svelte.ts';

const TOKEN = '#token=';

/** `tillstream start` gives an address with the token behind the `#`, where no server sees it: it is shown once and taken out. */
export async function init(): Promise<void> {
  const { hash } = location;
  if (!hash.startsWith(TOKEN)) return;
  history.replaceState(null, '', '#/');
  await session.show(decodeURIComponent(hash.slice(TOKEN.length)));
}
