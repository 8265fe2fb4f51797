import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

/**
 * One page, built to files. Routes live behind the `#`, because the server's own addresses (`/runs`, `/operators` …) answer
 * programs with JSON, and because a page whose address never changes needs nothing of whatever serves it.
 */
export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter({ fallback: 'index.html' }),
      router: { type: 'hash' },
    }),
  ],
  build: { target: 'es2023' },
});
