// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, methodOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { CallEnded } from '../call/endings.ts';
import type { Next } from '../call/endings.ts';
import type { Line } from '../call/live-call.ts';
import { talk } from './talk.ts';

/** `<Connect>` with `<ConversationRelay>` or `<Stream>`: a voice agent. Its server is simulated. */
export async function connect(line: Line, verb: TwimlElement): Promise<Next | undefined> {
  const { call, leg } = line;
  call.answer();
  const noun = verb.children.find((child) => typeof child !== 'string');
  const url = noun && attribute(noun, 'url');
  if (!noun || !['ConversationRelay', 'Stream'].includes(noun.name) || !url?.startsWith('wss://')) {
    call.errors.push('12200');
    return undefined;
  }
  const { talk: seconds = 30, handoff, fails = false } = call.script.agent ?? {};
  const started = call.timeline.at;
  const params = (): Record<string, string> => ({
    ...(noun.name === 'ConversationRelay' && {
      SessionId: `VX${leg.sid.slice(2)}`,
      SessionStatus: fails ? 'failed' : handoff === undefined ? 'completed' : 'ended',
      SessionDuration: String(Math.round((call.timeline.at - started) / 1000)),
    }),
    ...(handoff !== undefined && { HandoffData: handoff }),
    ...(fails && { ErrorCode: '64105', ErrorMessage: 'WebSocket connection failed' }),
  });
  const action = attribute(verb, 'action');
  try {
    if (!fails) {
      leg.heard.push(`[talks to ${url}]`);
      await talk(line, seconds, Infinity);
    }
  } catch (err) {
    if (err instanceof CallEnded) {
      await call.report(line, verb, params());
    }
    throw err;
  }
  return action === undefined ? undefined : { url: action, method: methodOf(verb), params: params() };
}
