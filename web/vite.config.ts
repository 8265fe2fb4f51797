import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type Plugin } from 'vite';
import tillstream from '../package.json' with { type: 'json' };

/** Where a page is put together; `build.ts` puts it in its place when it is whole. */
const STAGE = '.svelte-kit/page';

/**
 * One page, built to files. Routes live behind the `#`, because the server's own addresses (`/runs`, `/operators` …) answer
 * programs with JSON, and because a page whose address never changes needs nothing of whatever serves it.
 */
export default defineConfig({
  plugins: [
    announcerWithoutInlineStyle(),
    sveltekit({
      adapter: adapter({ fallback: 'index.html', pages: STAGE, assets: STAGE }),
      router: { type: 'hash' },
      // Not the time, so that the same sources give the same files.
      version: { name: tillstream.version },
    }),
  ],
  build: { target: 'es2023' },
});

/**
 * SvelteKit's announcer of pages hides itself by a style attribute, which the server's content security policy refuses; a class
 * of ours does the same.
 */
function announcerWithoutInlineStyle(): Plugin {
  const announcer = /(id="svelte-announcer"[^>]*?)\sstyle="[^"]*"/;
  return {
    name: 'announcer-without-inline-style',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('/@sveltejs/kit/') || !announcer.test(code)) return null;
      return { code: code.replace(announcer, '$1 class="hidden"'), map: null };
    },
  };
}
