// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Changes to a request before it is validated. */
import querystring from 'node:querystring';
import type { Random } from './random.ts';
import type { Draft, Request } from './types.ts';

/** Names and values that replace others. */
const NAMES = ['a', '', '10', '__proto__', 'é', '\ud800', '😀', 'Zip'];
const VALUES = ['+15550100123', '', 'x', ' ', '予約', '1'];

export type Change = (draft: Draft, random: Random) => void;

const replaceUrl =
  (from: RegExp, to: string): Change =>
  (draft) => {
    draft.url = draft.url.replace(from, to);
  };

/** The URL up to the end of the host, and the port. */
const HOST_AND_PORT = /^([^/?#]*\/\/(?:[^/?#]*@)?(?:\[[^/?#\]]*\]|[^:/?#]*))(:[^/?#]*)?/;

/** Changes to a URL between Twilio and an application. The signature stays valid after some of them. */
export const IN_TRANSIT: Readonly<Record<string, Change>> = {
  'port added': replaceUrl(HOST_AND_PORT, '$1:443'),
  'other default port added': replaceUrl(HOST_AND_PORT, '$1:80'),
  'port removed': replaceUrl(HOST_AND_PORT, '$1'),
  'signed without the port': (draft) => {
    draft.signedUrl = draft.url.replace(HOST_AND_PORT, '$1');
  },
  'signed with a default port': (draft, random) => {
    draft.signedUrl = draft.url.replace(HOST_AND_PORT, `$1${random.pick([':443', ':80'])}`);
  },
  'host lowered': (draft) => {
    draft.url = draft.url.replace(HOST_AND_PORT, (start) => start.toLowerCase());
  },
  'host raised': (draft) => {
    draft.url = draft.url.replace(HOST_AND_PORT, (start) => start.toUpperCase());
  },
  'apostrophes escaped': replaceUrl(/'/g, '%27'),
  'apostrophes unescaped': replaceUrl(/%27/g, "'"),
  'plus as %20': replaceUrl(/\+/g, '%20'),
  '%20 as plus': replaceUrl(/%20/g, '+'),
  'signed as URL writes it': (draft) => {
    draft.signedUrl = URL.parse(draft.url)?.href ?? draft.signedUrl;
  },
  'signed as URL writes it, without the port': (draft) => {
    draft.signedUrl = (URL.parse(draft.url)?.href ?? draft.signedUrl).replace(HOST_AND_PORT, '$1');
  },
  'signed with the query rewritten': (draft) => {
    const [start = '', query] = (URL.parse(draft.url)?.href ?? '').split(/\?(.*)/s);
    if (query) {
      draft.signedUrl = `${start}?${querystring.stringify(querystring.parse(query))}`;
    }
  },
  'bare keys with =': replaceUrl(/([?&])([^=&#]+)(?=&|$)/g, '$1$2='),
  'a surrogate pair parted between URL and parameters': (draft) => {
    draft.url += draft.url.includes('?') ? '&x=\ud83d' : '?x=\ud83d';
    draft.signedUrl = draft.url;
    draft.signedParams = draft.params = { '\ude00': 'x' };
  },
};

const replaceAt = (text: string, at: number, to: string): string => text.slice(0, at) + to + text.slice(at + 1);

/** Changes that make the signature invalid. */
export const ALTERATIONS: Readonly<Record<string, Change>> = {
  'a byte of the signature': (draft, random) => {
    const at = random.below(28);
    draft.header = (good) => replaceAt(good, at, good.charAt(at) === 'A' ? 'B' : 'A');
  },
  'the signature cut, padded or rewritten': (draft, random) => {
    draft.header = random.pick<Request['header']>([
      (good) => good.slice(0, -1),
      (good) => good + '=',
      (good) => ' ' + good,
      (good) => good.replaceAll('+', '-').replaceAll('/', '_'),
      (good) => Buffer.from(good, 'base64').toString('hex'),
      (good) => `${good}, ${good}`,
      () => '',
      () => 'é'.repeat(14),
    ]);
  },
  'a parameter added': (draft, random) => {
    draft.params = { ...draft.params, [random.pick(NAMES)]: random.pick(VALUES), Added: 'x' };
  },
  'a parameter removed': (draft, random) => {
    const removed = random.pick(Object.keys(draft.params));
    draft.params = Object.fromEntries(Object.entries(draft.params).filter(([name]) => name !== removed));
  },
  'a parameter changed': (draft, random) => {
    draft.params = { ...draft.params, [random.pick([...Object.keys(draft.params), 'From'])]: random.pick(VALUES) };
  },
  'values trimmed': (draft) => {
    const trim = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);
    draft.params = Object.fromEntries(Object.entries(draft.params).map(([name, value]) => [name, trim(value)]));
  },
  'values normalised': (draft) => {
    const nfc = (value: unknown): unknown => (typeof value === 'string' ? value.normalize() : value);
    draft.params = Object.fromEntries(Object.entries(draft.params).map(([name, value]) => [name, nfc(value)]));
  },
  'parameters in another order': (draft) => {
    draft.params = Object.fromEntries(Object.entries(draft.params).reverse());
  },
  'another scheme': (draft) => {
    draft.url = draft.url.startsWith('https:')
      ? draft.url.replace('https:', 'http:')
      : draft.url.replace(/^\w+:/, 'https:');
  },
  'another host': replaceUrl(/\/\/([^/?#@]*@)?[^/?#:]*/, '//$1other.example'),
  'another port': replaceUrl(HOST_AND_PORT, '$1:9999'),
  'another path': replaceUrl(/([^/])(?=[?#]|$)/, '$1/'),
  'another query': replaceUrl(/\?([^&#]*)&([^#]*)/, '?$2&$1'),
  'without its query': replaceUrl(/\?[^#]*/, ''),
  'another token': (draft) => {
    draft.token += 'x';
  },
  'another body': (draft) => {
    draft.body = draft.body === undefined ? undefined : draft.body + ' ';
  },
  'two bodySHA256': (draft) => {
    draft.signedUrl = draft.url += `${draft.url.includes('?') ? '&' : '?'}bodySHA256=x&bodySHA256=y`;
  },
  'the hash in capitals': (draft) => {
    draft.signedUrl = draft.url = draft.url.replace(/bodySHA256=[\da-f]+/, (pair) =>
      pair.replace(/=.*/, (hash) => hash.toUpperCase()),
    );
  },
};
