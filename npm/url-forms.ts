// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The forms of a URL that npm twilio tries, in the same order. */
import { reencode } from './legacy-query.ts';

interface Parts {
  /** The scheme with `://`, and the userinfo with `@`. */
  readonly before: string;
  readonly scheme: string;
  readonly host: string;
  /** The port with `:`, or empty. */
  readonly port: string;
  /** Path, query and fragment. */
  readonly after: string;
}

function split(url: string): Parts | undefined {
  const [whole = '', scheme = '', authority = ''] = /^([a-z][a-z\d+.-]*:\/\/)([^/?#]*)/i.exec(url) ?? [];
  if (whole === '') {
    return undefined;
  }
  const hostAt = authority.lastIndexOf('@') + 1;
  // In an IPv6 address, only a colon after the closing bracket starts the port.
  const colon = authority.indexOf(':', Math.max(hostAt, authority.lastIndexOf(']') + 1));
  const portAt = colon === -1 ? authority.length : colon;
  return {
    before: scheme + authority.slice(0, hostAt),
    scheme,
    host: authority.slice(hostAt, portAt),
    port: authority.slice(portAt),
    after: url.slice(whole.length),
  };
}

/** Whether a URL has a scheme and a host. Other URLs are refused. */
export function isAbsolute(url: string): boolean {
  return (split(url)?.host ?? '') !== '';
}

/** The URL without a port, and with its port or the default port of its scheme. */
function withAndWithoutPort(url: string): string[] {
  const parts = split(url);
  if (!parts) {
    return [url];
  }
  const { before, scheme, host, after } = parts;
  // npm twilio uses 80 for every scheme except https, so also for wss.
  const port = parts.port || (scheme.toLowerCase() === 'https://' ? ':443' : ':80');
  return [before + host + after, before + host + port + after];
}

/** The forms of the URL as received. */
export function asReceived(url: string): string[] {
  return withAndWithoutPort(url);
}

/** The forms of the URL after `new URL()`, with and without a re-encoded query. Empty if `URL` cannot parse it. */
export function normalized(url: string): string[] {
  const parsed = parse(url);
  if (!parsed) {
    return [];
  }
  const forms = withAndWithoutPort(parsed.href);
  return [...new Set([...forms, ...forms.map(withReencodedQuery)])];
}

/** The parsed URL, or `undefined` if `URL` cannot parse it. */
export function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/** The URL with its query re-encoded. A fragment is part of the query, as in npm twilio. */
function withReencodedQuery(url: string): string {
  const queryAt = url.indexOf('?') + 1;
  return queryAt === 0 || queryAt === url.length ? url : url.slice(0, queryAt) + reencode(url.slice(queryAt));
}
