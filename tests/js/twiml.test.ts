// SPDX-License-Identifier: Apache-2.0 OR MIT

/** TwiML from trees: the output equals npm twilio's, and an invalid tree is rejected with its path. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { checkTwiml, twiml, type TwimlElement, type TwimlOptions } from 'plumline';
import { compare, summary } from '../../scripts/twiml-proof/compare.ts';
import { twimlPairs } from './vectors.ts';

/** Calls twiml without types. */
const untyped = (call: (tree: never, options?: never) => unknown, tree: unknown, options?: unknown) => (): unknown =>
  call(tree as never, options as never);

const within = (...children: unknown[]): TwimlElement => ({ name: 'Response', children: children as [] });
const body = (tree: TwimlElement, options?: TwimlOptions): string =>
  twiml(tree, options).replace(/^<\?xml[^>]*\?>/, '');

/**
 * Well-formed pairs that `schema` rejects. The oracle accepts any value, and most values here are only placeholder
 * names.
 */
const REFUSED: Readonly<Record<string, readonly [code: string, path: string]>> = {
  'hand/say-spaces-only': ['TWIML_CONTENT', 'Response/Say[1]'],
  'hand/say-no-text': ['TWIML_CONTENT', 'Response/Say[1]'],
  'hand/gather-empty-list': ['TWIML_VALUE', 'Response/Gather[1]/@input'],
  'hand/attr-escapes': ['TWIML_URL', 'Response/Dial[1]/@action'],
  'hand/attr-zero': ['TWIML_NUMBER', 'Response/Dial[1]/@timeout'],
  'hand/attr-float': ['TWIML_NUMBER', 'Response/Dial[1]/@timeout'],
  'hand/attr-bool-string': ['TWIML_CONTENT', 'Response/Dial[1]'],
  'hand/attr-unknown-kept': ['TWIML_ATTRIBUTE', 'Response/Say[1]/@foo'],
  'hand/custom-element': ['TWIML_ELEMENT', 'Response/Custom[1]'],
  'hand/root-text': ['TWIML_TEXT', 'Response'],
  'edge/VoiceResponse/Dial': ['TWIML_VALUE', 'Response/Dial[1]/@method'],
  'edge/VoiceResponse/Queue': ['TWIML_VALUE', 'Response/Queue[1]/@method'],
  'edge/VoiceResponse/Redirect': ['TWIML_VALUE', 'Response/Redirect[1]/@method'],
  'edge/VoiceResponse/Start': ['TWIML_VALUE', 'Response/Start[1]/@method'],
  'edge/VoiceResponse/Stop': ['TWIML_CONTENT', 'Response/Stop[1]'],
  'edge/VoiceResponse/Dial.Application': ['TWIML_VALUE', 'Response/Dial[1]/Application[1]/@method'],
  'edge/VoiceResponse/Dial.Conference': [
    'TWIML_VALUE',
    'Response/Dial[1]/Conference[1]/@recordingStatusCallbackMethod',
  ],
  'edge/VoiceResponse/Dial.Queue': ['TWIML_VALUE', 'Response/Dial[1]/Queue[1]/@method'],
  'edge/VoiceResponse/Start.Stream': ['TWIML_URL', 'Response/Start[1]/Stream[1]/@url'],
  'edge/VoiceResponse/Connect.ConversationRelay.Language': [
    'TWIML_ATTRIBUTE_MISSING',
    'Response/Connect[1]/ConversationRelay[1]/@url',
  ],
  'edge/VoiceResponse/Connect.ConversationRelay.Parameter': [
    'TWIML_ATTRIBUTE_MISSING',
    'Response/Connect[1]/ConversationRelay[1]/@url',
  ],
  'edge/VoiceResponse/Say.lang.emphasis': ['TWIML_ATTRIBUTE_MISSING', 'Response/Say[1]/lang[1]/@xml:lang'],
  'edge/VoiceResponse/Say.lang.phoneme': ['TWIML_ATTRIBUTE_MISSING', 'Response/Say[1]/lang[1]/@xml:lang'],
  'edge/VoiceResponse/Say.lang.prosody': ['TWIML_ATTRIBUTE_MISSING', 'Response/Say[1]/lang[1]/@xml:lang'],
  'edge/MessagingResponse/Redirect': ['TWIML_VALUE', 'Response/Redirect[1]/@method'],
  'edge/FaxResponse/Receive': ['TWIML_ELEMENT', 'Response/Receive[1]'],
};

describe('the pairs from npm twilio', () => {
  for (const { id, input, xml, error } of twimlPairs) {
    // npm twilio writes control characters into attributes, which XML parsers reject.
    const illFormed = xml === undefined || /[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/u.test(xml);
    test(id, () => {
      assert.equal(illFormed, error !== undefined || id === 'hand/attr-control-char-kept');
      if (illFormed) {
        assert.throws(() => twiml(input, { check: 'form' }), { code: /^TWIML_(CHARACTER|NAME)$/ });
        assert.throws(() => twiml(input), { code: /^TWIML_/ });
        return;
      }
      assert.equal(twiml(input, { check: 'form' }), xml);
      const [code, path] = REFUSED[id] ?? [];
      if (code === undefined) {
        assert.equal(twiml(input), xml);
      } else {
        assert.throws(() => twiml(input), { code, path });
        assert.ok(checkTwiml(xml).some((finding) => finding.code === code && finding.path === path));
      }
    });
  }

  test('every listed rejection exists', () => {
    const ids = new Set(twimlPairs.map(({ id }) => id));
    assert.deepEqual(
      Object.keys(REFUSED).filter((id) => !ids.has(id)),
      [],
    );
  });
});

describe('random trees, each also with one mistake', () => {
  const COUNT = 3000;
  for (const [name, seed] of [
    ['from a fixed seed', 20_261_121],
    ['from a new seed', randomInt(2 ** 32)],
  ] as const) {
    test(name, (t) => {
      const tally = compare(COUNT, seed);
      t.diagnostic(summary(COUNT, seed, tally));
      assert.deepEqual(tally.failures, []);
      assert.equal(tally.same, COUNT);
      assert.ok(tally.found > COUNT * 0.7, `only ${tally.found} mistakes were made`);
      assert.equal(tally.byKind.size, 11, [...tally.byKind.keys()].join());
    });
  }
});

describe('form', () => {
  test('attributes of every type, comments, mixed content', () => {
    const attributes = {
      a: 'x',
      b: 1.5,
      c: false,
      d: ['p', 2, true],
      e: [],
      f: '',
      g: null,
      h: undefined,
      i: NaN,
      'x:y': 0,
    };
    const tree = within({ name: 'Say', attributes, text: 7 }, { comment: 'c' }, { text: 't' }, { name: 'Hangup' });
    assert.equal(
      body(tree, { check: 'form' }),
      '<Response><Say a="x" b="1.5" c="false" d="p 2 true" e="" f="" i="NaN" x:y="0">7</Say><!-- c -->t<Hangup/></Response>',
    );
    assert.equal(body({ name: 'Response', attributes: undefined, children: undefined }), '<Response/>');
    assert.equal(body({ name: 'Anything' }, { check: 'form' }), '<Anything/>');
  });

  const deep = (depth: number): unknown => (depth === 0 ? { text: 'x' } : { name: 'a', children: [deep(depth - 1)] });

  test('an invalid tree throws with code and path under both checks', () => {
    const cycle: { name: string; children: unknown[] } = { name: 'Response', children: [] };
    cycle.children.push(cycle);
    for (const [tree, code, place] of [
      [undefined, 'TWIML_TREE', 'node()'],
      ['<Response/>', 'TWIML_TREE', 'node()'],
      [[], 'TWIML_TREE', 'node()'],
      [{ attributes: {} }, 'TWIML_TREE', 'node().name'],
      [{ name: 7 }, 'TWIML_TREE', '*.name'],
      [{ name: 'Say', atributes: {} }, 'TWIML_TREE', 'Say.atributes'],
      [{ name: 'Say', attributes: [] }, 'TWIML_TREE', 'Say.attributes'],
      [{ name: 'Say', text: null }, 'TWIML_TREE', 'Say.text'],
      [{ name: 'Say', text: 'a', children: [] }, 'TWIML_TREE', 'Say.text'],
      [{ name: 'Say', children: 'a' }, 'TWIML_TREE', 'Say.children'],
      [within('a'), 'TWIML_TREE', 'Response/node()[1]'],
      [within({ text: 'a' }, null, null), 'TWIML_TREE', 'Response/node()[1]'],
      [within({ comment: 7 }), 'TWIML_TREE', 'Response/comment()[1]'],
      [within({ text: 'a' }, { text: 'a', comment: 'b' }), 'TWIML_TREE', 'Response/comment()[1].text'],
      [within({ name: 'Say', attributes: { loop: {} } }), 'TWIML_TREE', 'Response/Say[1]/@loop'],
      [within({ name: 'Say', attributes: { 'x\n y': [[]] } }), 'TWIML_TREE', 'Response/Say[1]/@x??y'],
      [within({ name: 'a b' }), 'TWIML_NAME', 'Response/a?b[1]'],
      [within({ name: 'a', attributes: { b: 1, '1c': 2 } }), 'TWIML_NAME', 'Response/a[1]/@1c'],
      [within({ text: 'a' }, { name: 'Say', text: 'b\u0001' }), 'TWIML_CHARACTER', 'Response/Say[1]/text()[1]'],
      [within({ name: 'Say', attributes: { voice: '\ufffe' } }), 'TWIML_CHARACTER', 'Response/Say[1]/@voice'],
      [within({ name: 'Say', text: 'a\ud83d' }), 'TWIML_CHARACTER', 'Response/Say[1]/text()[1]'],
      [within({ text: 'a\ud83d' }, { text: '\ude00' }), 'TWIML_CHARACTER', 'Response/text()[1]'],
      [within({ comment: 'x' }, { comment: 'a--b' }), 'TWIML_COMMENT', 'Response/comment()[2]'],
      [cycle, 'TWIML_DEPTH', 'Response'],
      [deep(70), 'TWIML_DEPTH', /^a(\/a\[1\]){64}$/],
      [deep(5000), 'TWIML_DEPTH', 'a'],
    ] as const) {
      for (const check of ['form', 'schema']) {
        assert.throws(
          untyped(twiml, tree, { check }),
          { code, path: place, name: 'Error' },
          `${code} ${String(place)}`,
        );
      }
      // checkTwiml reads text as XML.
      if (typeof tree !== 'string') {
        const [finding] = untyped(checkTwiml, tree)() as ReturnType<typeof checkTwiml>;
        assert.equal(finding?.severity, 'error');
      }
    }
    assert.ok(body(deep(60) as TwimlElement, { check: 'form' }).endsWith('</a>'));
  });

  test('an unknown option throws', () => {
    for (const [call, options, path] of [
      [twiml, { check: 'strict' }, 'options.check'],
      [twiml, { document: 'fax' }, 'options.document'],
      [twiml, null, 'options'],
      [checkTwiml, { document: 'fax' }, 'options.document'],
      [checkTwiml, 7, 'options'],
    ] as const) {
      assert.throws(untyped(call, within(), options), { code: 'ARGUMENT_INVALID', path });
    }
  });
});

describe('schema', () => {
  const found = (tree: TwimlElement | string, options?: TwimlOptions): string[] =>
    checkTwiml(tree, options).map(({ code, path, severity }) => `${severity} ${code} ${path}`);
  const say = (attributes: TwimlElement['attributes'], text = 'Hello'): TwimlElement =>
    within({ name: 'Say', attributes, text });

  test('unknown voices and languages cause only a warning', () => {
    const tree = say({ voice: 'Polly.Joana', language: 'en-UX' });
    assert.deepEqual(found(tree), [
      'warning TWIML_VALUE Response/Say[1]/@voice',
      'warning TWIML_VALUE Response/Say[1]/@language',
    ]);
    assert.match(checkTwiml(tree)[0]?.help ?? '', /Nearest match: Polly\.Joanna\.$/);
    assert.equal(body(tree), '<Response><Say voice="Polly.Joana" language="en-UX">Hello</Say></Response>');
    assert.deepEqual(
      found(say({ voice: 'Google.de-DE-Chirp3-HD-Kore'.replace('Kore', 'Aoede'), language: 'de-DE' })),
      [],
    );
  });

  test('help has the nearest word, the allowed words or the range', () => {
    const help = (tree: TwimlElement): string => checkTwiml(tree)[0]?.help.replace(/^.*(?<=\. )/, '') ?? '';
    for (const [child, expected] of [
      [{ name: 'Gahter' }, 'Nearest match: Gather.'],
      [{ name: 'gather' }, 'Nearest match: Gather.'],
      [{ name: 'Gather', attributes: { numdigits: 1 } }, 'Nearest match: numDigits.'],
      [{ name: 'Gather', attributes: { input: 'voice' } }, 'Allowed: dtmf, speech.'],
      [{ name: 'Dial', attributes: { ringTone: 'usa' }, text: '+15550100001' }, 'Nearest match: us.'],
      [{ name: 'Record', attributes: { maxLength: 0 } }, 'Allowed: 1 to 14400.'],
      [{ name: 'Pause', attributes: { length: 0 } }, 'Minimum: 1.'],
      [{ name: 'Record', attributes: { finishOnKey: 'x' } }, 'Allowed: 0123456789*#.'],
      [{ name: 'Number', text: '+15550100001' }, 'Allowed in: Dial.'],
      [{ name: 'break' }, 'Allowed in: Say, emphasis, lang, p, prosody, s, w.'],
      [{ name: 'Say', text: 'x'.repeat(4097) }, 'Maximum: 4096.'],
    ] as const) {
      assert.equal(help(within(child)), expected);
    }
    assert.ok(!/Nearest match/.test(checkTwiml(within({ name: 'Telephone' }))[0]?.help ?? ''));
    assert.ok(!/Nearest match/.test(checkTwiml(within({ name: 'x'.repeat(100_000) }))[0]?.help ?? ''));
  });

  test('the document kind comes from the option or the verbs, never both', () => {
    const message = { name: 'Message', text: 'Hi' };
    const hello = { name: 'Say', text: 'Hi' };
    const redirect = { name: 'Redirect', text: '/next' };
    assert.deepEqual(found(within(redirect, message)), []);
    assert.deepEqual(found(within(redirect, hello)), []);
    assert.deepEqual(found(within(redirect), { document: 'messaging' }), []);
    assert.deepEqual(found(within(hello, message)), ['error TWIML_DOCUMENT Response/Message[1]']);
    assert.deepEqual(found(within(message, hello)), ['error TWIML_DOCUMENT Response/Say[1]']);
    assert.deepEqual(found(within(hello), { document: 'messaging' }), ['error TWIML_DOCUMENT Response/Say[1]']);
    assert.throws(() => twiml(within(message), { document: 'voice' }), { code: 'TWIML_DOCUMENT' });
    assert.match(body(within(hello, message), { check: 'form', document: 'voice' }), /<Say>.*<Message>/);
  });

  test('both spellings of values that npm twilio’s types have in lowercase', () => {
    const relay = (attributes: object): TwimlElement =>
      within({ name: 'Connect', children: [{ name: 'ConversationRelay', attributes: { url: 'wss://example.com', ...attributes } }] }); // prettier-ignore
    for (const name of ['speechTimeout', 'speechtimeout', 'ignoreBackchannel', 'ignorebackchannel', 'customerName']) {
      assert.deepEqual(found(relay({ [name]: 'x' })), [], name);
    }
    assert.deepEqual(found(relay({ turnDetection: 'x' })), [
      'error TWIML_VALUE Response/Connect[1]/ConversationRelay[1]/@turnDetection',
    ]);
  });

  test('length limits: 64 kB for a document, 4000 characters inline', () => {
    const long = (count: number): TwimlElement =>
      within(...Array.from({ length: count }, () => ({ name: 'Say', text: 'é'.repeat(83) })));
    assert.deepEqual(found(long(41)), []);
    assert.deepEqual(found(long(42)), ['warning TWIML_INLINE Response']);
    assert.ok(twiml(long(300)).length > 4000);
    assert.deepEqual(found(twiml(long(42))), ['warning TWIML_INLINE Response']);
    assert.deepEqual(found(long(400)), ['error TWIML_SIZE Response']);
    assert.throws(() => twiml(long(400)), { code: 'TWIML_SIZE', path: 'Response' });
    assert.deepEqual(found(twiml(long(400), { check: 'form' })), ['error TWIML_SIZE /']);
  });

  test('path and help contain no values, and at most a hundred findings are returned', () => {
    const secret = '+1 555 010 0077';
    const verbs = Array.from({ length: 1000 }, () => ({
      name: 'Dial',
      attributes: { callerId: secret },
      text: secret,
    }));
    const findings = checkTwiml(within(...verbs), {});
    assert.ok(findings.length >= 100 && findings.length <= 101, String(findings.length));
    assert.ok(!JSON.stringify(findings).includes('0077'));
  });
});

test('a tree with shared branches that expand beyond the limit is too long', () => {
  let branch: TwimlElement = { name: 'Say', text: 'x' };
  for (let depth = 0; depth < 40; depth++) {
    branch = { name: 'Gather', children: [branch, branch] };
  }
  const tree = { name: 'Response', children: [branch] };
  assert.deepEqual(
    checkTwiml(tree).map(({ code, path }) => [code, path]),
    [['TWIML_SIZE', 'Response']],
  );
  assert.throws(() => twiml(tree), { code: 'TWIML_SIZE', path: 'Response' });
  assert.throws(() => twiml(tree, { check: 'form' }), { code: 'TWIML_SIZE', path: 'Response' });
  // Unset attributes are also checked.
  const attributes = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`a${index}`, undefined]));
  const empty = { name: 'Response', children: Array.from({ length: 60_000 }, () => ({ name: 'Say', attributes })) };
  assert.equal(checkTwiml(empty)[0]?.code, 'TWIML_SIZE');
  const long = { name: 'Response', children: [{ name: 'Say', text: 'x'.repeat(1e6) }] };
  assert.equal(checkTwiml(long)[0]?.code, 'TWIML_SIZE');
  assert.ok(twiml(long, { check: 'form' }).length > 1e6);
});
