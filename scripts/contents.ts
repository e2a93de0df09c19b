// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Writes the table of contents of each long page of docs/, and of each page that has one: `node scripts/contents.ts`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const docs = path.resolve(import.meta.dirname, '../docs');

/** Pages with more lines than this have a table of contents. */
const MAX_LINES_WITHOUT_CONTENTS = 200;

const START = '<!-- contents, by scripts/contents.ts -->';
const END = '<!-- end of contents -->';

interface Heading {
  level: number;
  /** The displayed text, with the backticks of code. */
  text: string;
  /** GitHub's name of the anchor. */
  anchor: string;
}

/** The headings below the title. Lines in code blocks are not headings. */
function headings(markdown: string): Heading[] {
  const prose = markdown.replace(/^( *)```[^]*?^\1```$/gm, '');
  const counts = new Map<string, number>();
  return [...prose.matchAll(/^(#{1,6}) +(.+?) *$/gm)].flatMap(([, marks = '', heading = '']) => {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    const anchor = count === 0 ? slug : `${slug}-${count}`;
    return marks.length === 1 ? [] : [{ level: marks.length, text, anchor }];
  });
}

const link = ({ text, anchor }: Heading): string => `[${text}](#${anchor})`;

/** One list item for each heading of the second and third level. */
function nested(list: readonly Heading[]): string[] {
  return list.filter(({ level }) => level <= 3).map((one) => `${'  '.repeat(one.level - 2)}- ${link(one)}`);
}

/**
 * One list item for each prefix of a page of codes, such as `CONFIG`. Prefixes of a single code are in the last item.
 */
function byPrefix(codes: readonly Heading[]): string[] {
  const groups = new Map<string, Heading[]>();
  for (const code of codes) {
    const [prefix = ''] = code.text.split('_');
    groups.set(prefix, [...(groups.get(prefix) ?? []), code]);
  }
  const [several, single] = [
    [...groups.values()].filter((group) => group.length > 1),
    [...groups.values()].filter((group) => group.length === 1),
  ];
  return [...several, single.flat()]
    .filter((group) => group.length > 0)
    .map((group) => `- ${group.map(link).join(' · ')}`);
}

/** The page with its table of contents brought up to date, above its first section. */
export function withContents(markdown: string): string {
  const found = headings(markdown);
  const items = found.every(({ text }) => /^[A-Z_]+$/.test(text)) ? byPrefix(found) : nested(found);
  const contents = [START, '', ...items, '', END].join('\n');
  const at = markdown.indexOf(START);
  if (at >= 0) {
    const end = markdown.indexOf(END, at);
    return markdown.slice(0, at) + contents + markdown.slice(end + END.length);
  }
  return markdown.replace(/^## /m, () => `${contents}\n\n## `);
}

/** The current text of the pages that need a table of contents or have one, by name. */
export function pagesWithContents(): Map<string, string> {
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
  const texts = pages.map((name) => [name, readFileSync(path.join(docs, name), 'utf8')] as const);
  return new Map(
    texts.filter(([, text]) => text.split('\n').length > MAX_LINES_WITHOUT_CONTENTS || text.includes(START)),
  );
}

if (import.meta.main) {
  for (const [name, text] of pagesWithContents()) {
    writeFileSync(path.join(docs, name), withContents(text));
  }
}
