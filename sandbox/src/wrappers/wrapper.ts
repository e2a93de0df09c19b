// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { ProjectSetting, Reference } from '@medplum/fhirtypes';
import type { IncomingHttpHeaders } from 'node:http';

/** The three ways in which a Medplum server runs a bot, as `Bot.runtimeVersion` names them. */
export const runtimeVersions = ['vmcontext', 'awslambda', 'fission'] as const;
export type RuntimeVersion = (typeof runtimeVersions)[number];

/** What the server hands to a wrapper. */
export interface BotPayload {
  bot: Reference;
  baseUrl: string;
  accessToken: string;
  requester?: Reference | undefined;
  input: unknown;
  contentType?: string | undefined;
  secrets: Record<string, ProjectSetting>;
  traceId?: string | undefined;
  headers?: IncomingHttpHeaders | undefined;
  /** By how many milliseconds the bot's clock is ahead. */
  clockOffset?: number | undefined;
}

/** What a handler returned, on its way out of the process it ran in. */
export type Returned =
  { kind: 'undefined' } | { kind: 'json'; text: string } | { kind: 'bytes'; base64: string } | { kind: 'unsendable' };

export interface BotResult {
  success: boolean;
  logResult: string;
  returned: Returned;
}

export interface Wrapper {
  run(payload: BotPayload, onLog: (line: string) => void): Promise<BotResult>;
  stop(): Promise<void>;
}

/** The code of one bot as its wrapper finds it. */
export interface BotCode {
  /** The bundle's file; it may change at any time. */
  file: string;
  /** A directory of the bot's own, to deploy into. */
  directory: string;
  timeoutSeconds?: number | undefined;
}
