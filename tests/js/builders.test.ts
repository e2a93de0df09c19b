// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The TwiML builders of plumline/twilio, compared with npm twilio's. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TwimlElement, TwimlNode } from 'plumline';
import plumline, { FaxResponse, MessagingResponse, twiml, VoiceResponse } from 'plumline/twilio';
import twilio from 'twilio';
import { compare, methodsOf, summary, describeDifference, type Builder } from '../../scripts/parity/builders.ts';
import { sharedPairs, skipOfficial, twimlPairs, type TwimlPair } from './vectors.ts';

const ROOTS = ['VoiceResponse', 'MessagingResponse', 'FaxResponse'] as const;
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';

/** The documents of both libraries after the same calls. */
function both(
  calls: (response: InstanceType<typeof twilio.twiml.VoiceResponse>) => void,
): [ours: string, theirs: string] {
  const ours = new twiml.VoiceResponse();
  const theirs = new twilio.twiml.VoiceResponse();
  calls(ours as never);
  calls(theirs);
  return [ours.toString(), theirs.toString()];
}

function same(calls: Parameters<typeof both>[0], body: string): void {
  const [ours, theirs] = both(calls);
  assert.equal(ours, theirs);
  assert.equal(ours, HEAD + body);
}

/** The builder's method that adds this element, or undefined. */
function methodFor(builder: Builder, child: TwimlElement): string | undefined {
  const name = child.name.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase());
  const method = name.charAt(0).toLowerCase() + name.slice(1);
  return methodsOf(builder).includes(method) ? method : undefined;
}

/** Adds a tree node with the builder's methods, or with addChild and addText if it has none. */
function add(builder: Builder, child: TwimlNode): void {
  if ('comment' in child) {
    builder.comment?.(child.comment);
  } else if (!('name' in child)) {
    builder.addText?.(child.text);
  } else {
    const method = methodFor(builder, child);
    const made = (
      method === undefined
        ? builder.addChild?.(child.name, child.attributes)
        : builder[method]?.(child.attributes ?? {}, child.text)
    ) as Builder;
    if (method === undefined && child.text !== undefined) {
      made.addText?.(child.text);
    }
    child.children?.forEach((one) => add(made, one));
  }
}

function rebuilt(root: object, { input }: TwimlPair): string | Error {
  try {
    if (input.text !== undefined) {
      add(root as Builder, { text: input.text });
    }
    input.children?.forEach((child) => add(root as Builder, child));
    return (root as { toString(): string }).toString();
  } catch (err) {
    return err as Error;
  }
}

/** Comments below the root. No builder has a method for them. */
function deepComment(node: TwimlNode, depth = 0): boolean {
  return 'comment' in node
    ? depth > 1
    : 'name' in node && (node.children ?? []).some((one) => deepComment(one, depth + 1));
}

function check(pair: TwimlPair): void {
  const root = /Messag|Body|Media/.test(JSON.stringify(pair.input)) ? 'MessagingResponse' : 'VoiceResponse';
  const ours = rebuilt(new twiml[root](), pair);
  const theirs = rebuilt(new twilio.twiml[root](), pair);
  if (typeof theirs === 'string' && typeof ours !== 'string' && 'code' in ours) {
    // npm twilio writes characters that XML forbids.
    assert.equal(ours.code, 'TWIML_CHARACTER');
    // eslint-disable-next-line no-control-regex
    assert.match(theirs, /[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u);
  } else if (typeof theirs === 'string') {
    assert.equal(ours, theirs);
    assert.equal(ours, pair.xml ?? ours);
  } else {
    assert.ok(ours instanceof Error && 'code' in ours, 'npm twilio refuses the tree, but ours does not');
  }
}

describe('the pairs, rebuilt with builder calls', () => {
  const buildable = ({ input }: TwimlPair): boolean => input.name === 'Response' && !deepComment(input);
  for (const pair of twimlPairs.filter(buildable)) {
    test(pair.id, () => check(pair));
  }

  test('the pairs of the larger set', { skip: skipOfficial }, async (t) => {
    const pairs = sharedPairs.filter(buildable);
    assert.ok(pairs.length > 50);
    for (const pair of pairs) {
      await t.test(pair.id, () => check(pair));
    }
  });
});

describe('random calls', () => {
  const COUNT = 3000;
  for (const [name, seed] of [
    ['from a fixed seed', 20_261_121],
    ['from a new seed', randomInt(2 ** 32)],
  ] as const) {
    test(name, (t) => {
      const tally = compare(COUNT, seed);
      t.diagnostic(summary(COUNT, seed, tally));
      const [found] = tally.unexplained;
      assert.equal(found && describeDifference(found), undefined);
      assert.ok(tally.equal > COUNT * 0.7, `only ${tally.equal} are equal`);
    });
  }
});

describe('the classes', () => {
  for (const root of ROOTS) {
    test(`${root} and its elements have npm twilio's names and methods`, () => {
      const [ours, theirs] = [twiml[root], twilio.twiml[root]] as unknown as Record<
        string,
        new (node?: unknown) => object
      >[];
      const names = Object.keys(theirs ?? {});
      assert.deepEqual(Object.keys(ours ?? {}).sort(), names.sort());
      assert.equal(twiml[root].name, root);
      for (const name of names) {
        const [mine, its] = [ours?.[name], theirs?.[name]];
        assert.equal(mine?.name, name);
        const methods = (made?: new () => object): string[] => Object.getOwnPropertyNames(made?.prototype).sort();
        assert.deepEqual(methods(mine), methods(its), name);
      }
      const methods = (response: object): string[] => methodsOf(response).sort();
      assert.deepEqual(methods(new twiml[root]()), methods(new twilio.twiml[root]()));
    });
  }

  test('an element is an instance of its class', () => {
    const response = new twiml.VoiceResponse();
    assert.ok(response.dial() instanceof twiml.VoiceResponse.Dial);
    assert.ok(response.refer().sip('sip:a@example.com') instanceof twiml.VoiceResponse.ReferSip);
    assert.ok(!(response.pause() instanceof twiml.VoiceResponse.Dial));
    assert.ok(new (class extends VoiceResponse {})() instanceof twiml.VoiceResponse);
  });

  test('the default export equals the named exports', () => {
    assert.deepEqual(plumline.twiml, { VoiceResponse, MessagingResponse, FaxResponse });
    assert.equal(twiml, plumline.twiml);
  });

  test('an element cannot be constructed without a parent', () => {
    const Say = twiml.VoiceResponse.Say as unknown as new (node: unknown) => object;
    for (const node of [undefined, null, {}, 'Say']) {
      assert.throws(() => new Say(node), { code: 'ARGUMENT_INVALID' });
    }
  });
});

describe('builder output', () => {
  test('every element serializes the whole document repeatedly', () => {
    const response = new twiml.VoiceResponse();
    const dial = response.dial();
    const number = dial.number('+15550100001');
    const whole = `${HEAD}<Response><Dial><Number>+15550100001</Number></Dial></Response>`;
    assert.deepEqual([String(response), dial.toString(), number.toString(), response.toString()], Array(4).fill(whole));
    response.hangup();
    assert.equal(number.toString(), whole.replace('</Response>', '<Hangup/></Response>'));
  });

  test('mixed content keeps its order', () => {
    same((response) => {
      const say = response.say('one ');
      say.emphasis({ level: 'strong' }, 'two');
      say.addText(' three');
      say.break({ time: '1s' });
      response.addText('four');
    }, '<Response><Say>one <emphasis level="strong">two</emphasis> three<break time="1s"/></Say>four</Response>');
  });

  test('comments are inside and around the root', () => {
    same(
      (response) => {
        response.commentBefore('a');
        response.commentBefore('b');
        response.commentAfter('c & <d>');
        response.commentAfter('e');
        response.comment('f');
        response.say('g');
      },
      '<Response><!-- f --><Say>g</Say></Response>'
        .replace(/^/, '<!-- a --><!-- b -->')
        .replace(/$/, '<!-- e --><!-- c & <d> -->'),
    );
  });

  test('attributes are written as strings', () => {
    const given = { action: '', n: 1.5, t: true, f: false, none: null, not: undefined, list: ['a', 'b'], empty: [] };
    same(
      (response) => response.gather({ ...given, url: new URL('https://example.com/?a=1&b=2') } as never),
      '<Response><Gather action="" n="1.5" t="true" f="false" list="a b" empty="" url="https://example.com/?a=1&amp;b=2"/></Response>',
    );
  });

  test('attributes are copied at the call', () => {
    same((response) => {
      const given = { voice: 'alice', loop: 1 };
      response.say(given as never, 'x');
      given.loop = 2;
    }, '<Response><Say voice="alice" loop="1">x</Say></Response>');
  });

  test('a text alone, no arguments, and attributes that are not an object', () => {
    same((response) => {
      response.say('a');
      response.say(undefined as never, 'b');
      response.say(null as never, 'c');
      response.say(7 as never);
      response.say({}, 0 as never);
      response.say({}, false as never);
      response.say('');
      response.say({}, undefined as never);
      response.pause('d');
      response.hangup(5 as never);
      response.say(6 as never, Object('e') as never);
    }, '<Response><Say>a</Say><Say>b</Say><Say>c</Say><Say>7</Say><Say>0</Say><Say>false</Say><Say/><Say/><Pause>d</Pause><Hangup>5</Hangup><Say>e</Say></Response>');
  });
});

describe('builder errors', () => {
  const refused = (calls: (response: VoiceResponse) => unknown, code: string, path: string | RegExp): void => {
    const response = new VoiceResponse();
    assert.throws(
      () => {
        calls(response);
        return response.toString();
      },
      (err: Error & { code?: string; help?: string; path?: string }) => {
        assert.equal(err.code, code);
        assert.match(
          err.path ?? '',
          typeof path === 'string' ? new RegExp(`^${path.replace(/[^\w/]/g, '\\$&')}$`) : path,
        );
        assert.ok(err.help && err.message.includes(err.help));
        return true;
      },
    );
  };

  test('a null text, which npm twilio drops with its verb', () => {
    const theirs = new twilio.twiml.VoiceResponse();
    theirs.dial({}, null as never).number('+15550100001');
    assert.equal(theirs.toString(), `${HEAD}<Response/>`);
    refused((response) => response.dial({}, null as never), 'TWIML_TEXT_TYPE', 'Response/Dial[1]');
    refused((response) => response.say(null as never), 'TWIML_TEXT_TYPE', 'Response/Say[1]');
    refused((response) => response.hangup(null as never), 'TWIML_TEXT_TYPE', 'Response/Hangup[1]');
    refused((response) => response.gather().say({}, null as never), 'TWIML_TEXT_TYPE', 'Response/Gather[1]/Say[1]');
    refused((response) => response.addText(null as never), 'TWIML_TEXT_TYPE', 'Response/text()[1]');
    refused((response) => response.commentBefore(undefined as never), 'TWIML_TEXT_TYPE', 'comment');
  });

  test('a text that is an object, which could inject verbs', () => {
    const theirs = new twilio.twiml.VoiceResponse();
    theirs.say({}, { Dial: '+15550100001' } as never);
    assert.match(theirs.toString(), /<Say><Dial>\+15550100001<\/Dial>/);
    for (const text of [{ Dial: '+15550100001' }, ['a'], new Date(0), () => 'a', Symbol('a')]) {
      refused((response) => response.say({}, text as never), 'TWIML_TEXT_TYPE', 'Response/Say[1]');
      refused((response) => response.say('x').addText(text as never), 'TWIML_TEXT_TYPE', 'Response/Say[1]/text()[2]');
    }
  });

  test('the path numbers elements of the same name', () => {
    refused(
      (response) => {
        response.say('a');
        const dial = response.dial();
        response.dial('+15550100001');
        dial.number('+15550100001');
        dial.client('desk');
        dial.number({}, null as never);
      },
      'TWIML_TEXT_TYPE',
      'Response/Dial[1]/Number[2]',
    );
    refused(
      (response) => response.addChild('a<é>', {}).addText({} as never),
      'TWIML_TEXT_TYPE',
      'Response/a???[1]/text()[1]',
    );
  });

  test('attributes that cannot be converted to text', () => {
    for (const value of [Symbol('a'), Object.create(null) as object]) {
      refused((response) => response.say({ voice: value } as never, 'x'), 'TWIML_TEXT_TYPE', 'Response/Say[1]/@voice');
    }
  });

  test('characters that XML forbids, in text, attributes and comments', () => {
    for (const text of ['\0', 'a\u001f', '\ufffe', '\ud83d', 'a\udc00b']) {
      refused((response) => response.say(text), 'TWIML_CHARACTER', /text/);
      refused((response) => response.say({ voice: text } as never, 'x'), 'TWIML_CHARACTER', /voice/);
      refused((response) => response.comment(text), 'TWIML_CHARACTER', /comment/);
      refused((response) => response.commentAfter(text), 'TWIML_CHARACTER', /comment/);
    }
  });

  test('invalid names, and two hyphens in a comment', () => {
    for (const name of ['', '1a', 'a b', '#text', '#raw', '?php', '<a>']) {
      refused((response) => response.addChild(name, {}), 'TWIML_NAME', /./);
    }
    refused((response) => response.addChild(['Say'] as never, {}), 'TWIML_NAME', 'tagName');
    refused((response) => response.say({ 'a b': 1 } as never, 'x'), 'TWIML_NAME', /a.b/);
    refused((response) => response.comment('a--b'), 'TWIML_COMMENT', /comment/);
  });

  test('more than 64 levels', () => {
    const nested = (levels: number): string => {
      const response = new VoiceResponse();
      let inner: { addChild(name: string): typeof inner } = response;
      for (let level = 1; level < levels; level++) {
        inner = inner.addChild('a');
      }
      return response.toString();
    };
    assert.match(nested(64), /<a\/>/);
    assert.throws(() => nested(65), { code: 'TWIML_DEPTH' });
    assert.throws(() => nested(10_000), { code: 'TWIML_DEPTH' });
  });

  test('unknown verbs and attributes under the schema check', () => {
    const response = new VoiceResponse({ check: 'schema' });
    const gather = response.gather({ numDigits: 1 });
    gather.say('Press one.');
    assert.match(response.toString(), /<Gather numDigits="1"><Say>Press one\.<\/Say><\/Gather>/);
    gather.addChild('Dial', {});
    assert.throws(() => response.toString(), { code: 'TWIML_NESTING', path: 'Response/Gather[1]/Dial[1]' });
    const misspelt = new VoiceResponse({ check: 'schema' });
    misspelt.addChild('Gather', { timeOut: 5 });
    assert.throws(() => misspelt.toString(), { code: 'TWIML_ATTRIBUTE', path: 'Response/Gather[1]/@timeOut' });
    const message = new MessagingResponse({ check: 'schema' });
    message.addChild('Say', {}).addText('Hello');
    assert.throws(() => message.toString(), { code: /^TWIML_/ });
  });

  test('an unknown check', () => {
    for (const check of ['loose', null, 1]) {
      assert.throws(() => new VoiceResponse({ check } as never), { code: 'ARGUMENT_INVALID', path: 'check' });
    }
    for (const options of [undefined, null, 'form', {}, { check: 'form' }]) {
      assert.equal(new VoiceResponse(options as never).toString(), `${HEAD}<Response/>`);
    }
  });
});
