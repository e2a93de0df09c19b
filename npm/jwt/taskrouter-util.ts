// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * npm twilio's `jwt.taskrouter.util`: URLs for policies, and the policies that a worker needs.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const { util } = jwt.taskrouter;
 * console.log(util.workersUrl('WS1', 'WK1')); // https://taskrouter.twilio.com/v1/Workspaces/WS1/Workers/WK1
 * console.log(util.defaultWorkerPolicies('v1', 'WS1', 'WK1').length); // 4
 * ```
 */
import { Policy } from './taskrouter-policy.ts';

const EVENTS = 'https://event-bridge.twilio.com/v1/wschannels';
const TASKROUTER = 'https://taskrouter.twilio.com';

/** The policies that the client of a worker needs. */
export function defaultWorkerPolicies(version: string, workspaceSid: string, workerSid: string): Policy[] {
  const workspace = `${TASKROUTER}/${joinPath(version, 'Workspaces', workspaceSid)}`;
  const worker = joinPath(workspace, 'Workers', workerSid);
  return [
    joinPath(workspace, 'Activities'),
    joinPath(workspace, 'Tasks', '**'),
    joinPath(worker, 'Reservations', '**'),
    worker,
  ].map((url) => new Policy({ url, method: 'GET', allow: true }));
}

/** The policies that a client needs to receive events. */
export function defaultEventBridgePolicies(accountSid: string, channelId: string): Policy[] {
  const url = joinPath(EVENTS, accountSid, channelId);
  return ['GET', 'POST'].map((method) => new Policy({ url, method, allow: true }));
}

/** The URL of a workspace, or of all workspaces for `**`. The other functions also accept `**`. */
export function workspacesUrl(workspaceSid?: string): string {
  return joinStrings(TASKROUTER, 'v1', 'Workspaces', workspaceSid);
}

/** The URL of a task queue. */
export function taskQueuesUrl(workspaceSid: string, taskQueueSid?: string): string {
  return joinStrings(workspacesUrl(workspaceSid), 'TaskQueues', taskQueueSid);
}

/** The URL of a task. */
export function tasksUrl(workspaceSid: string, taskSid?: string): string {
  return joinStrings(workspacesUrl(workspaceSid), 'Tasks', taskSid);
}

/** The URL of an activity. */
export function activitiesUrl(workspaceSid: string, activitySid?: string): string {
  return joinStrings(workspacesUrl(workspaceSid), 'Activities', activitySid);
}

/** The URL of a worker. */
export function workersUrl(workspaceSid: string, workerSid?: string): string {
  return joinStrings(workspacesUrl(workspaceSid), 'Workers', workerSid);
}

/** The URL of a worker's reservation. */
export function reservationsUrl(workspaceSid: string, workerSid: string, reservationSid?: string): string {
  return joinStrings(workersUrl(workspaceSid, workerSid), 'Reservations', reservationSid);
}

/** Joins the parts of a path. A missing part becomes an empty step, as in npm twilio. */
function joinPath(...parts: (string | undefined)[]): string {
  return parts.join('/');
}

/** Joins the parts of a path that are strings. */
function joinStrings(...parts: unknown[]): string {
  return parts.filter((part) => typeof part === 'string').join('/');
}
