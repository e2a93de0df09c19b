// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * A query as Node's legacy `querystring` module would write it again: some back ends signed that form, and npm twilio
 * accepts it. Source: <https://nodejs.org/api/querystring.html>; a test compares with the module itself.
 */

/** The module reads so many pairs, empty ones counted, and no more. */
const MOST_PAIRS = 1000;

/** Reads a query and writes it again: names grouped, those that look like array indices first, all escaped anew. */
export function rewritten(query: string): string {
  // A plain object without prototype, as there: it is what brings integer-like names to the front, in their order.
  const groups = Object.create(null) as Record<string, string[]>;
  for (const pair of query.split('&', MOST_PAIRS)) {
    if (pair !== '') {
      const cut = pair.indexOf('=');
      const name = decoded(cut === -1 ? pair : pair.slice(0, cut));
      (groups[name] ??= []).push(cut === -1 ? '' : decoded(pair.slice(cut + 1)));
    }
  }
  return Object.entries(groups)
    .flatMap(([name, values]) => values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`))
    .join('&');
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodedLoosely(spaced);
  }
}

/** What is no escape stays as it is, and bytes that are no UTF-8 become U+FFFD. */
function decodedLoosely(text: string): string {
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
