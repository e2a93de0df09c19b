// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { RouteInput, Routing } from '#pkg/plumline.js';
import * as core from './core.ts';
import { failure, mistake, object, text } from './error.ts';
import { Frame } from './frame.ts';
import { addParams } from './params.ts';

/**
 * Where a call goes by the default plan and a config: the route as a value, and the TwiML that performs it.
 *
 * The webhook bot answers the same; this is for a clinic's own tests, and for hosts of other kinds. It does not check
 * who sent the parameters: {@link verifyTwilio} does.
 *
 * @example
 * ```ts
 * import { routeCall } from 'plumline';
 *
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * const route = routeCall({ params, numbers: ['+15550100001'], config: { client: 'front-desk' } });
 * if (route.ok && route.kind === 'connect') {
 *   console.log(route.client); // front-desk
 * }
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` where an argument is missing or of the wrong type
 */
export function routeCall(input: RouteInput): Routing {
  const { params, numbers, config, applicationSid, now } = object(input, 'the argument') as RouteInput;
  if (now !== undefined && !Number.isFinite(now)) {
    throw mistake('now');
  }
  const ours = numberList(numbers);
  const app = applicationSid === undefined ? '' : text(applicationSid, 'applicationSid');
  const frame = new Frame(ours.length, config === undefined ? 0 : 1, app === '' ? 0 : 1);
  frame.add(config === undefined ? '' : json(config));
  frame.add(app);
  for (const number of ours) {
    frame.add(number);
  }
  addParams(frame, object(params, 'params'));
  const routing = core.routeCall(frame) as Routing;
  if (!routing.ok && routing.code === 'ARGUMENT_INVALID') {
    throw failure(routing.code, routing.help, routing.path ?? '');
  }
  return routing;
}

/** Our numbers without the spaces and punctuation that people type. */
export function numberList(numbers: unknown): string[] {
  // As the bot reads TWILIO_NUMBER: what stands between two commas may be nothing.
  const list: unknown = typeof numbers === 'string' ? numbers.split(',').filter((number) => number.trim()) : numbers;
  if (!Array.isArray(list) || list.length === 0) {
    throw mistake('numbers');
  }
  return list.map((number, index) =>
    text(number, `numbers[${index}]`)
      .trim()
      .replace(/[ .()-]/g, ''),
  );
}

/** The config as the bot has it. What JSON cannot write, such as a cycle, is a programmer's mistake. */
export function json(config: unknown): string {
  let written: unknown;
  try {
    written = JSON.stringify(config);
  } catch {
    // Told below.
  }
  return text(written, 'config');
}
