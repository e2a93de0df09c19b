// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  allOk,
  badRequest,
  ContentType,
  getStatus,
  isOk,
  isOperationOutcome,
  isResource,
  notFound,
} from '@medplum/core';
import type { Binary, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Request, Response } from 'express';
import type { BotResult, Returned } from './wrappers/wrapper.ts';

/** Request types for which the response has the same type. They must match exactly. */
const mirroredTypes: string[] = [ContentType.TEXT, ContentType.HL7_V2];

/** Whether a run failed, as reported in its AuditEvent. A returned error outcome is also a failure. */
export function hasFailed({ success, returned }: BotResult): boolean {
  if (!success || returned.kind !== 'json') {
    return !success;
  }
  const value = valueOf(returned);
  return isOperationOutcome(value) && !isOk(value);
}

/** Converts the result or error of a bot into the HTTP response of the server. */
export function sendBotResult(req: Request, res: Response, result: BotResult): void {
  const failure = badRequest(result.logResult);
  const value = valueOf(result.returned) ?? (result.returned.kind === 'undefined' ? undefined : null);
  if (value === undefined) {
    sendOutcome(res, result.success ? allOk : failure);
    return;
  }
  if (isOperationOutcome(value)) {
    sendBotOutcome(res, value);
    return;
  }
  if (isResource<Binary>(value, 'Binary')) {
    sendBinary(res, value);
    return;
  }
  res.status(result.success ? 200 : getStatus(failure));
  if (isResource(value)) {
    res.type(ContentType.FHIR_JSON).send(value);
  } else {
    // Express treats a bare number as a status, so it is sent as text.
    res.type(answerType(req)).send(typeof value === 'number' ? String(value) : value);
  }
}

/** Responds with the status of an outcome, and with a resource if there is one. */
export function sendOutcome(res: Response, outcome: OperationOutcome, resource: Resource = outcome): void {
  res.status(getStatus(outcome)).type(ContentType.FHIR_JSON).send(resource);
}

/** A success outcome of a bot always has the status 200. */
function sendBotOutcome(res: Response, outcome: OperationOutcome): void {
  res
    .status(isOk(outcome) ? 200 : getStatus(outcome))
    .type(ContentType.FHIR_JSON)
    .send(outcome);
}

/**
 * A Binary is not stored: its data is the response body. Without data, the server looks for a stored Binary and finds
 * none.
 */
function sendBinary(res: Response, binary: Binary): void {
  if (!binary.data) {
    sendOutcome(res, notFound);
    return;
  }
  res.type(binary.contentType).send(Buffer.from(binary.data, 'base64'));
}

function valueOf(returned: Returned): unknown {
  switch (returned.kind) {
    case 'json':
      return JSON.parse(returned.text);
    case 'bytes':
      return Buffer.from(returned.base64, 'base64');
    case 'undefined':
      return undefined;
    case 'unsendable':
      throw new TypeError('The bot returned a value that has no JSON form');
  }
}

function answerType(req: Request): string {
  const requestType = req.get('Content-Type');
  return requestType && mirroredTypes.includes(requestType) ? requestType : ContentType.JSON;
}
