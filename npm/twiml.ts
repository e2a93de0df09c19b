// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { TwimlCheckOptions, TwimlElement, TwimlFinding, TwimlOptions } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { plumlineError, argumentError, object } from './core/error.ts';
import type { Frame } from './core/frame.ts';
import { TreeEncoder, MAX_TWIML_LENGTH, TreeError } from './tree-encoder.ts';

const DOCUMENTS = [undefined, 'voice', 'messaging'];
const CHECKS = ['schema', 'form'];

/**
 * Writes a tree as TwiML. The output is the same as from Twilio's Node library, byte for byte.
 *
 * By default, it checks that Twilio understands the document: the elements and their nesting, the attributes and their
 * values, and all required parts. `check: 'form'` checks only that the document is well-formed XML. `document`
 * sets the kind of document. Without it, the verbs decide.
 *
 * @example
 * ```ts
 * import { twiml } from 'plumline';
 *
 * const xml = twiml({
 *   name: 'Response',
 *   children: [
 *     { name: 'Say', attributes: { voice: 'alice' }, text: 'Salt & pepper' },
 *     { name: 'Hangup' },
 *   ],
 * });
 * console.log(xml.replace(/^<.xml.*?>/, '')); // <Response><Say voice="alice">Salt &amp; pepper</Say><Hangup/></Response>
 * ```
 * @throws PlumlineError for the first error, with a code that begins with `TWIML_`. Its `path` is the place of the error,
 * such as `Response/Gather[1]/@timeout`
 */
export function twiml(tree: TwimlElement, options: TwimlOptions = {}): string {
  const { check = 'schema', document } = object(options, 'options') as TwimlOptions;
  const strictness = CHECKS.indexOf(check);
  if (strictness === -1) {
    throw argumentError('options.check');
  }
  const output = core.twiml(encodeTree(tree, strictness, documentNumber(document)));
  if (typeof output === 'string') {
    return output;
  }
  throw plumlineError(output.code, output.help, output.path);
}

/**
 * Checks a tree or an XML document. Returns up to about a hundred findings, in document order. An error prevents Twilio
 * from doing what the document says. A warning may be an error, such as a voice that this package does not have.
 *
 * @example
 * ```ts
 * import { checkTwiml } from 'plumline';
 *
 * const [finding] = checkTwiml('<Response><Gather timout="5"/></Response>');
 * console.log(finding?.code, finding?.path); // TWIML_ATTRIBUTE Response/Gather[1]/@timout
 * ```
 */
export function checkTwiml(treeOrXml: TwimlElement | string, options: TwimlCheckOptions = {}): TwimlFinding[] {
  const { document } = object(options, 'options') as TwimlCheckOptions;
  const kind = documentNumber(document);
  try {
    return core.checkTwiml(
      typeof treeOrXml === 'string'
        ? // The core refuses any longer document, so the rest does not need to be copied.
          TreeEncoder.xml(treeOrXml.length > MAX_TWIML_LENGTH ? ' '.repeat(MAX_TWIML_LENGTH + 1) : treeOrXml, kind)
        : encodeTree(treeOrXml, 0, kind),
    );
  } catch (err) {
    // A getter in the tree may throw anything.
    const { code, help, path } =
      err instanceof Error && 'help' in err ? (err as unknown as core.Finding) : argumentError('', 'TWIML_TREE');
    return [{ code, path, help, severity: 'error' }];
  }
}

function documentNumber(document: unknown): number {
  const number = DOCUMENTS.indexOf(document as string | undefined);
  if (number === -1) {
    throw argumentError('options.document');
  }
  return number;
}

function encodeTree(tree: unknown, first: number, second: number): Frame {
  try {
    return TreeEncoder.tree(tree, first, second);
  } catch (err) {
    throw err instanceof TreeError ? argumentError(err.path(), err.code) : err;
  }
}
