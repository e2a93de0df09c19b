// SPDX-License-Identifier: Apache-2.0 OR MIT
import xmlFormatter from 'xml-formatter';

// Its types speak of an ES module's default; Node gives the CommonJS module itself.
const format = xmlFormatter as unknown as typeof xmlFormatter.default;

/** TwiML for people; what is no XML stays as it is. */
export function formatTwiml(xml: string): string {
  try {
    return format(xml, { indentation: '  ', collapseContent: true, lineSeparator: '\n' });
  } catch {
    return xml;
  }
}
