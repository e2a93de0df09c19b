// SPDX-License-Identifier: Apache-2.0 OR MIT

/** checkTwiml on existing XML: any input gets findings quickly. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { checkTwiml, twiml, type TwimlElement } from 'plumline';
import { Random } from '../../scripts/parity/random.ts';
import { oracle } from '../../scripts/twiml-proof/oracle.ts';
import { randomTree } from '../../scripts/twiml-proof/trees.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const found = (xml: string): string[] => checkTwiml(xml).map(({ code, path }) => `${code} ${path}`);

describe('common documents', () => {
  test('a valid document has no findings', () => {
    for (const xml of [
      '<Response/>',
      `${HEAD}<Response></Response>`,
      `${HEAD}\n<!-- c --><Response>\n  <Say voice='alice'>Hello &amp; <break time="1s"/> you</Say>\n</Response>\n<!-- d -->\n`,
      '<?xml version="1.0"?><Response><Say>&#72;&#x65;llo &lt;&gt;&quot;&apos; <![CDATA[<&]]></Say></Response>',
      "<?xml version='1.0' encoding='utf-8' standalone='yes'?><Response><Dial>+15550100001</Dial></Response>",
      '<Response><?php echo 1 ?><Gather\n  input="dtmf\n speech"\n  timeout = "5"\n><Say>a</Say></Gather></Response>',
      '<Response><Message>Hi</Message><Redirect>/next?a=1&amp;b=2</Redirect></Response>',
      '\n<Response/>',
    ]) {
      assert.deepEqual(checkTwiml(xml), [], xml);
    }
  });

  test('content around the root and XML declarations', () => {
    for (const [xml, ...expected] of [
      [`\ufeff${HEAD}<Response/>`, 'TWIML_PROLOG /'],
      [` ${HEAD}<Response/>`, 'TWIML_PROLOG /'],
      [`\n\n${HEAD}<Response><Sai/></Response>`, 'TWIML_PROLOG /', 'TWIML_ELEMENT Response/Sai[1]'],
      [`debug${HEAD}<Response/>`, 'TWIML_XML /'],
      [`<!-- c -->${HEAD}<Response/>`, 'TWIML_XML /'],
      ['<?xml version="1.1"?><Response/>', 'TWIML_DECLARATION /'],
      ['<?xml version="1.0" encoding="ISO-8859-1"?><Response/>', 'TWIML_DECLARATION /'],
      ['<?xml version="1.0" encoding="UTF-16"?><Response/>', 'TWIML_DECLARATION /'],
      ['<?xml?><Response/>', 'TWIML_DECLARATION /'],
      ['<?xml version="1.0"encoding="UTF-8"?><Response/>', 'TWIML_DECLARATION /'],
      ['<?xml encoding="UTF-8" version="1.0"?><Response/>', 'TWIML_DECLARATION /'],
      ['<?xml version="1.0" encodign="UTF-8"?><Response/>', 'TWIML_DECLARATION /'],
      ['<?xml version="1.0" standalone="maybe"?><Response/>', 'TWIML_DECLARATION /'],
      ['<?xml="1.0"?><Response/>', 'TWIML_XML /'],
      ['<!-- \u0001 --><Response/>', 'TWIML_CHARACTER /'],
      ['<?a \u0001?><Response/>', 'TWIML_CHARACTER /'],
      ['<Response/><Response/>', 'TWIML_XML /'],
      ['<Response/>text', 'TWIML_XML /'],
      ['<Response/>&amp;', 'TWIML_XML /'],
      ['<Response/><![CDATA[]]>', 'TWIML_XML /'],
      ['', 'TWIML_XML /'],
      ['  ', 'TWIML_XML /'],
      ['<!-- c -->', 'TWIML_XML /'],
      ['{"a":1}', 'TWIML_XML /'],
      ['<response/>', 'TWIML_ROOT response'],
      ['<Say>x</Say>', 'TWIML_ROOT Say'],
    ] as const) {
      assert.deepEqual(found(xml), expected, xml);
    }
  });

  test('invalid XML is reported at its position', () => {
    for (const [xml, expected] of [
      ['<Response><Say>a</Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say/><Say>a</Sya></Response>', 'TWIML_XML Response/Say[2]'],
      ['<Response><Say>a</Say>', 'TWIML_XML Response'],
      ['<Response><Say>a', 'TWIML_XML Response/Say[1]'],
      ['<Response></Response></Response>', 'TWIML_XML /'],
      ['<Response><Say>a & b</Say></Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say>a < b</Say></Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say>a ]]> b</Say></Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say voice=alice>a</Say></Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say voice>a</Say></Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say voice="a"language="b">a</Say></Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say voice="a<b">a</Say></Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say voice="a&b">a</Say></Response>', 'TWIML_XML Response/Say[1]'],
      ['<Response><Say voice="a>a</Say></Response>', 'TWIML_XML Response'],
      ['<Response><!-- a -- b --></Response>', 'TWIML_COMMENT Response'],
      ['<Response><!-- a', 'TWIML_XML Response'],
      ['<Response><![CDATA[a', 'TWIML_XML Response'],
      ['<Response><!ELEMENT a></Response>', 'TWIML_XML Response'],
      ['<Response><? a', 'TWIML_XML Response'],
      ['<Response><1a/></Response>', 'TWIML_NAME Response/1a[1]'],
      [
        '<Response><Say voice="man" voice="woman">a</Say></Response>',
        'TWIML_ATTRIBUTE_REPEATED Response/Say[1]/@voice',
      ],
      ['<Response><Say>&#0;</Say></Response>', 'TWIML_CHARACTER Response/Say[1]/text()[1]'],
      ['<Response><Say>&#xD800;&#x110000;&#99999999999;</Say></Response>', 'TWIML_CHARACTER Response/Say[1]/text()[1]'],
      ['<Response><Say>a\u0008</Say></Response>', 'TWIML_CHARACTER Response/Say[1]/text()[1]'],
      ['<Response><Say>a\ud800</Say></Response>', 'TWIML_CHARACTER Response/Say[1]/text()[1]'],
      ['<Response><Dial callerId="&#1;">+15550100001</Dial></Response>', 'TWIML_CHARACTER Response/Dial[1]/@callerId'],
      ['<Response><Say>&nbsp;</Say></Response>', 'TWIML_ENTITY Response/Say[1]'],
      ['<Response><Say>a</Say><Say>&#;</Say></Response>', 'TWIML_ENTITY Response/Say[2]'],
      ['<Response><Say>&#x;</Say></Response>', 'TWIML_ENTITY Response/Say[1]'],
      ['<Response><Redirect method="&a;GET">/</Redirect></Response>', 'TWIML_ENTITY Response/Redirect[1]/@method'],
    ] as const) {
      const findings = found(xml);
      assert.ok(findings.includes(expected), `${xml}: ${findings.join()}`);
      assert.ok(findings.length <= 2, `${xml}: ${findings.join()}`);
    }
  });

  test('entities are not defined, expanded or loaded from files', () => {
    const laughs = Array.from({ length: 10 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    for (const subset of [
      `[<!ENTITY l0 "ha">${laughs}]`,
      '[<!ENTITY x SYSTEM "file:///etc/passwd">]',
      'SYSTEM "http://example.com/x.dtd"',
      '[<!ENTITY % p "x"> %p;]',
    ]) {
      const xml = `${HEAD}<!DOCTYPE Response ${subset}><Response><Say>&l10;&x;</Say></Response>`;
      assert.deepEqual(found(xml), ['TWIML_DOCTYPE /']);
    }
  });
});

describe('generated input', () => {
  /** Cuts, repeats and swaps pieces, and inserts input that breaks parsers. */
  function spoil(xml: string, random: Random): string {
    const pieces = ['<', '>', '&', ';', '"', "'", '/', '<!', ']]>', '<![CDATA[', '<!--', '-->', '<?', '?>', '&#', '\0', '\ud800', '\ufeff', '<!DOCTYPE', '=', ' ', 'é', '😀']; // prettier-ignore
    let text = xml;
    for (let times = 1 + random.below(4); times > 0; times--) {
      const [at, end] = [random.below(text.length + 1), random.below(text.length + 1)].sort((a, b) => a - b) as [number, number]; // prettier-ignore
      text = random.pick([
        () => text.slice(0, at) + text.slice(Math.min(end, at + 8)),
        () => text.slice(0, at) + random.pick(pieces) + text.slice(at),
        () => text.slice(0, end) + text.slice(at),
        () => text.slice(0, at),
        () => text.slice(0, at) + String.fromCharCode(random.below(0x10000)) + text.slice(at),
      ])();
    }
    return text;
  }

  for (const [name, seed] of [
    ['from a fixed seed', 7],
    ['from a new seed', randomInt(2 ** 32)],
  ] as const) {
    test(`fuzzed documents ${name}`, (t) => {
      t.diagnostic(`seed ${seed}`);
      const random = new Random(seed);
      let wrong = 0;
      for (let number = 0; number < 4000; number++) {
        const { document, tree } = randomTree(seed, number);
        const xml = spoil(oracle(document, tree), random);
        const findings = checkTwiml(xml);
        assert.ok(findings.length <= 101);
        for (const { code, path, help, severity } of findings) {
          assert.match(code, /^TWIML_[A-Z_]+$/, JSON.stringify(xml));
          assert.match(path, /^(\/|[^ \n/]+(\/[^ \n/]+)*)$/u, JSON.stringify(xml));
          assert.ok(help.length > 10 && help.length < 300);
          assert.ok(['error', 'warning'].includes(severity));
        }
        wrong += Number(findings.some(({ severity }) => severity === 'error'));
      }
      assert.ok(wrong > 2000, `only ${wrong} had errors`);
    });
  }

  test('no tree throws', () => {
    const cycle: Record<string, unknown> = { name: 'Response' };
    cycle.children = [cycle];
    const trees = [undefined, null, 7, Symbol('s'), () => 1, [], new Map(), { name: 'Response', children: { length: 1 } }, cycle, { get name() { throw new Error('no'); } }, { name: 'Response', attributes: { a: Symbol('s') } }, Object.create(null)]; // prettier-ignore
    for (const tree of trees) {
      const findings = checkTwiml(tree as TwimlElement);
      assert.equal(findings.length, 1);
      assert.match(findings[0]?.code ?? '', /^TWIML_(TREE|DEPTH)$/);
    }
  });
});

describe('work is bounded and grows linearly', () => {
  const TIMES = 8;
  /** Quadratic work would take 64 times as long. */
  const MAX_RATIO = 32;

  /** The shortest of several runs, because load on the machine only makes a run longer. */
  function shortest(work: () => unknown): number {
    let best = Infinity;
    for (let run = 0; run < 12; run++) {
      const start = performance.now();
      work();
      best = Math.min(best, performance.now() - start);
    }
    return best;
  }

  function grows(work: (size: number) => () => unknown, size: number): void {
    const [small, large] = [work(size), work(size * TIMES)];
    [small, small, large].forEach((one) => one());
    const times = shortest(large) / shortest(small);
    assert.ok(times < MAX_RATIO, `${TIMES} times the size took ${times.toFixed(1)} times as long`);
  }

  const xml: Readonly<Record<string, (size: number) => string>> = {
    'valid verbs': (size) => `<Response>${'<Say>a</Say>'.repeat(size / 12)}</Response>`,
    'invalid verbs': (size) => `<Response>${'<Sai>a</Sai>'.repeat(size / 12)}</Response>`,
    'invalid voices': (size) =>
      `<Response>${'<Say voice="Google.xx-XX-Standard-Q">a</Say>'.repeat(size / 44)}</Response>`,
    'attributes of one element': (size) =>
      `<Response ${Array.from({ length: size / 10 }, (_, n) => `a${n}=""`).join(' ')}/>`,
    'a repeated attribute': (size) => `<Response><Say ${'voice="a" '.repeat(size / 10)}>a</Say></Response>`,
    depth: (size) => '<a>'.repeat(size / 3),
    entities: (size) => `<Response><Say>${'&a;'.repeat(size / 3)}</Say></Response>`,
    references: (size) => `<Response><Say>${'&#65;'.repeat(size / 5)}</Say></Response>`,
    'one text': (size) => `<Response><Say>${'é'.repeat(size / 2)}</Say></Response>`,
    'open brackets': (size) => '<'.repeat(size),
    'open comments': (size) => '<!--'.repeat(size / 4),
    ampersands: (size) => `<Response><Say>${'&'.repeat(size)}`,
    quotes: (size) => `<Response a=${'"'.repeat(size)}`,
  };
  for (const [name, document] of Object.entries(xml)) {
    test(name, () => {
      grows((size) => {
        const text = document(size);
        return () => checkTwiml(text);
      }, 7000);
    });
    test(`10 MB: ${name}`, () => {
      // The document is not read, so it takes no longer than a valid document.
      const [small, large] = [document(60_000), document(10_000_000)];
      assert.deepEqual(found(large), ['TWIML_SIZE /']);
      assert.ok(shortest(() => checkTwiml(large)) < 4 * shortest(() => checkTwiml(small)) + 5);
    });
  }

  test('100,000 levels', () => {
    assert.deepEqual(found('<Response>'.repeat(100_000)), ['TWIML_SIZE /']);
    assert.match(found('<a>'.repeat(20_000))[0] ?? '', /^TWIML_DEPTH a(\/a\[1\]){63}$/);
    let deep: TwimlElement = { name: 'p' };
    for (let level = 0; level < 100_000; level++) {
      deep = { name: 'p', children: [deep] };
    }
    assert.deepEqual(checkTwiml(deep)[0]?.code, 'TWIML_DEPTH');
    assert.throws(() => twiml(deep), { code: 'TWIML_DEPTH' });
  });

  test('trees of 1,000 verbs, valid and invalid', () => {
    for (const check of ['form', 'schema'] as const) {
      grows((count) => {
        const children = Array.from({ length: count }, (_, loop) => ({
          name: 'Say',
          attributes: { loop },
          text: '<&>',
        }));
        return () => (check === 'form' ? twiml({ name: 'Response', children }, { check }) : checkTwiml({ name: 'Response', children })); // prettier-ignore
      }, 1000);
    }
  });
});
