// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { ProjectSetting, Reference } from '@medplum/fhirtypes';
import type { IncomingHttpHeaders } from 'node:http';

/** The three runtimes of a Medplum server, as in `Bot.runtimeVersion`. */
export const runtimeVersions = ['vmcontext', 'awslambda', 'fission'] as const;
export type RuntimeVersion = (typeof runtimeVersions)[number];

/** The input of a wrapper. */
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
  /** How many milliseconds the bot's clock is ahead. */
  clockOffset?: number | undefined;
}

/** The return value of a handler, in a form that can be sent to another process. */
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

/** The code of one bot. */
export interface BotCode {
  /** The path of the bundle. The file may change at any time. */
  file: string;
  /** A directory for deployment that only this bot uses. */
  directory: string;
  timeoutSeconds?: number | undefined;
}
