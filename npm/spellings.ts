// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The spellings of a URL that npm twilio tries, in its order. */
import { rewritten } from './legacy-query.ts';

interface Parts {
  /** With `://`, and the userinfo with `@`. */
  readonly before: string;
  readonly scheme: string;
  readonly host: string;
  /** With `:`, or empty. */
  readonly port: string;
  /** Path, query and fragment. */
  readonly after: string;
}

function cut(url: string): Parts | undefined {
  const [whole = '', scheme = '', authority = ''] = /^([a-z][a-z\d+.-]*:\/\/)([^/?#]*)/i.exec(url) ?? [];
  if (whole === '') {
    return undefined;
  }
  const hostAt = authority.lastIndexOf('@') + 1;
  // A colon begins the port only after the closing bracket of an IPv6 address.
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

/** Whether a URL has scheme and host; the others are refused. */
export function isAbsolute(url: string): boolean {
  return (cut(url)?.host ?? '') !== '';
}

/** Without the port; and with it, or with the scheme's default one where it has none. */
function withAndWithoutPort(url: string): string[] {
  const parts = cut(url);
  if (!parts) {
    return [url];
  }
  const { before, scheme, host, after } = parts;
  // For every scheme but https it is 80, as there, and so for wss too.
  const port = parts.port || (scheme.toLowerCase() === 'https://' ? ':443' : ':80');
  return [before + host + after, before + host + port + after];
}

/** The URL as received. */
export function asReceived(url: string): string[] {
  return withAndWithoutPort(url);
}

/** The URL as `new URL()` writes it, and that with its query written again. None of what `URL` cannot read. */
export function normalised(url: string): string[] {
  const parsed = parse(url);
  if (!parsed) {
    return [];
  }
  const forms = withAndWithoutPort(parsed.href);
  return [...new Set([...forms, ...forms.map(withRewrittenQuery)])];
}

/** `undefined` for what `URL` cannot read. */
export function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/** A fragment counts as query here, as it does there. */
function withRewrittenQuery(url: string): string {
  const queryAt = url.indexOf('?') + 1;
  return queryAt === 0 || queryAt === url.length ? url : url.slice(0, queryAt) + rewritten(url.slice(queryAt));
}
