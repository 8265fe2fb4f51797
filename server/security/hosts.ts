import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** `shop.example:8000` and `[::1]:8000` cut into name and port; null if it is no host. */
export function splitHost(header: string): { name: string; port: string } | null {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/i.exec(header);
  return found ? { name: found[1]!.replace(/^\[|\]$/g, '').toLowerCase(), port: found[2] ?? '' } : null;
}

/**
 * Tells whether a request was addressed to this server. A page of another site that has its name resolve to this machine
 * (DNS rebinding) still sends that name; only names that are ours are taken. Where others may connect, an address in
 * figures is taken as well, for no name can stand for it.
 */
export function hostCheck(
  listen: string,
  allowed: readonly string[],
  open: boolean,
): (header: string | undefined) => boolean {
  const names = new Set(['localhost', '127.0.0.1', '::1', listen, ...allowed].map((name) => name.toLowerCase()));
  if (open) names.add(hostname().toLowerCase());
  return (header) => {
    const host = header === undefined ? null : splitHost(header);
    if (!host) return false;
    return names.has(host.name) || (open && isIP(host.name) !== 0);
  };
}

/** Is the page that sent the request one of this server's? Programs that are no browsers send no Origin, and that is fine. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  return (protocol === 'http:' || protocol === 'https:') && host !== undefined && from === host.toLowerCase();
}
