// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The types of schema/twiml.json. */

export interface Schema {
  readonly source: { readonly package: string; readonly version: string };
  readonly documents: Readonly<Record<DocumentName, DocumentSchema>>;
}

export type DocumentName = 'voice' | 'messaging';

export interface DocumentSchema {
  /** The class of the root, such as `VoiceResponse`. */
  readonly root: string;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** By class name. Two classes can write the same element under different parents. */
  readonly classes: Readonly<Record<string, ClassSchema>>;
}

export interface ClassSchema {
  readonly element: string;
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  /** `null` if the class takes no text. */
  readonly text: { readonly required: boolean } | null;
  readonly children: readonly ChildSchema[];
  /** Whether the class has `comment`, `commentBefore` and `commentAfter`. Only roots do. */
  readonly comments?: true;
}

export interface AttributeSchema {
  readonly type: 'string' | 'number' | 'boolean' | 'enum';
  /** The name of the enum, if the type is an enum. */
  readonly enum?: string;
  /** Whether it takes several values, separated by spaces. */
  readonly list?: true;
  readonly required?: true;
}

/** A method that adds a child: `method(attributes, argument)`, or `method(argument)` if it has an argument. */
export interface ChildSchema {
  readonly method: string;
  readonly class: string;
  /** The interface of the attributes; `null` for `object`. */
  readonly attributes: string | null;
  readonly attributesRequired?: true;
  /** The text of the new element. */
  readonly argument?: { readonly name: string; readonly required: boolean };
}
