// SPDX-License-Identifier: Apache-2.0 OR MIT
import xmlFormatter from 'xml-formatter';

// The types describe a default export of an ES module, but Node returns the CommonJS module.
const format = xmlFormatter as unknown as typeof xmlFormatter.default;

/** Indents TwiML. Text that is not XML is not changed. */
export function formatTwiml(xml: string): string {
  try {
    return format(xml, { indentation: '  ', collapseContent: true, lineSeparator: '\n' });
  } catch {
    return xml;
  }
}
