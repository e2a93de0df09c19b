// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Writes a tree with npm twilio's public methods. */
import { createRequire } from 'node:module';
import type { DocumentName } from '../schema/types.ts';
import { isElement, type Part, type Tree } from './trees.ts';

interface Node {
  toString(): string;
  addText(text: string): void;
  comment(text: string): void;
}

type Methods = Record<string, (attributes: object, text?: string) => Node>;

const twilio = createRequire(import.meta.url)('twilio') as {
  twiml: Record<'VoiceResponse' | 'MessagingResponse', new () => Node>;
};

const ROOTS = { voice: 'VoiceResponse', messaging: 'MessagingResponse' } as const;

export function oracle(document: DocumentName, tree: Tree): string {
  const response = new twilio.twiml[ROOTS[document]]();
  fill(response, tree.children);
  return response.toString();
}

function fill(node: Node, parts: readonly Part[]): void {
  for (const part of parts) {
    if (isElement(part)) {
      const [first, ...rest] = part.children;
      const text = first && 'text' in first ? first.text : undefined;
      const made = (node as unknown as Methods)[part.method]?.call(node, { ...part.attributes }, text);
      fill(made as Node, text === undefined ? part.children : rest);
    } else if ('text' in part) {
      node.addText(part.text);
    } else {
      node.comment(part.comment);
    }
  }
}
