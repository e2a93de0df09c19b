// SPDX-License-Identifier: Apache-2.0 OR MIT

/** FHIR records as lists of names and values: `subject.reference`, `recipient[0].reference`, `outcome.valueCode`. */

export type Leaf = readonly [name: string, value: unknown];

/** An extension that consists of other extensions. */
export interface Extension {
  url: string;
  extension: Named[];
}

const plainUrl = /^[^\s=#]+$/;

interface Named {
  url: string;
}

/** The placeholder of an extension that the transcript writes elsewhere. */
export const elsewhere = Symbol('elsewhere');

/** All leaves of a value in order. `apart`: the extensions that the transcript writes elsewhere. */
export function flatten(value: unknown, name = '', apart: readonly object[] = []): Leaf[] {
  if (typeof value !== 'object' || value === null) {
    return [[name, value]];
  }
  if (/(^|\.)extension$/.test(name) && Array.isArray(value) && value.length > 0 && value.every(isNamed)) {
    return flattenExtensions(value, apart).map(([path, leaf]) => [`${name}.${path}`, leaf]);
  }
  const parts = Array.isArray(value)
    ? value.map((part: unknown, index): Leaf => [`${name}[${index}]`, part])
    : Object.entries(value).map(([key, part]): Leaf => [name === '' ? key : `${name}.${key}`, part]);
  return parts.length === 0 ? [[name, value]] : parts.flatMap(([path, part]) => flatten(part, path, apart));
}

/** Names each extension by its URL, because its index has no meaning. */
export function flattenExtensions(extensions: readonly Named[], apart: readonly object[] = []): Leaf[] {
  const seen = new Map<string, number>();
  return extensions.flatMap((one) => {
    const { url, ...rest } = one;
    const count = (seen.get(url) ?? 0) + 1;
    seen.set(url, count);
    const name = count === 1 ? url : `${url}#${count}`;
    return apart.includes(one) ? [[name, elsewhere] as const] : flatten(rest, name, apart);
  });
}

function isNamed(value: unknown): value is Named {
  return (
    typeof value === 'object' &&
    value !== null &&
    'url' in value &&
    typeof value.url === 'string' &&
    plainUrl.test(value.url)
  );
}

/** The extensions of a URL that consist only of other extensions. */
export function nested(extensions: readonly unknown[], url: string): Extension[] {
  return extensions.filter((one): one is Extension => {
    if (!isNamed(one) || one.url !== url || !('extension' in one) || Object.keys(one).length > 2) {
      return false;
    }
    return Array.isArray(one.extension) && one.extension.length > 0 && one.extension.every(isNamed);
  });
}
