// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Re-encodes a query as Node's legacy `querystring` module does. Some of Twilio's back ends signed that form, and npm
 * twilio accepts it. Source: <https://nodejs.org/api/querystring.html>. A test compares the results with the module.
 */

/** The maximum count of pairs that the module reads, including empty ones. */
const MAX_PAIRS = 1000;

/** Parses a query and encodes it again: grouped by name, names that look like array indices first. */
export function reencode(query: string): string {
  // An object without prototype, as in the module. It sorts integer-like names to the front.
  const groups = Object.create(null) as Record<string, string[]>;
  for (const pair of query.split('&', MAX_PAIRS)) {
    if (pair !== '') {
      const equalsAt = pair.indexOf('=');
      const name = decode(equalsAt === -1 ? pair : pair.slice(0, equalsAt));
      (groups[name] ??= []).push(equalsAt === -1 ? '' : decode(pair.slice(equalsAt + 1)));
    }
  }
  return Object.entries(groups)
    .flatMap(([name, values]) => values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`))
    .join('&');
}

function decode(text: string): string {
  const withSpaces = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(withSpaces);
  } catch {
    return decodeLeniently(withSpaces);
  }
}

/** Keeps invalid escapes as they are, and replaces bytes that are not UTF-8 by U+FFFD. */
function decodeLeniently(text: string): string {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const hex = text.charAt(at) === '%' ? text.slice(at + 1, at + 3) : '';
    if (/^[\da-f]{2}$/i.test(hex)) {
      bytes[length++] = Number.parseInt(hex, 16);
      at += 2;
    } else {
      bytes[length++] = text.charCodeAt(at);
    }
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, length));
}
