import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyHelmetOptions } from '@fastify/helmet';

/** Headers for all answers. Scripts come from here only; those written into the built page are known by their hash. */
export async function contentPolicy(web: string): Promise<FastifyHelmetOptions> {
  const page = await readFile(join(web, 'index.html'), 'utf8').catch(() => '');
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", ...inlineHashes(page)],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // It serves HTTP, on the machine or in the shop; whoever puts TLS before it sets this there.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  };
}

/** Hashes of the scripts between the tags of a page: https://www.w3.org/TR/CSP3/#match-element-to-source-list */
export function inlineHashes(page: string): string[] {
  const scripts = [...page.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map((found) => found[1]!);
  return scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
}
