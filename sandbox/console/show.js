// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Shows calls and executions as HTML elements. Text from a caller is never parsed as HTML. */

/** Creates an element with text. */
export function element(name, className, text = '') {
  const item = document.createElement(name);
  item.className = className;
  item.textContent = text;
  return item;
}

/** Indents XML. Other text is not changed. */
function pretty(body, contentType) {
  const document = /xml/.test(contentType) ? new DOMParser().parseFromString(body, 'text/xml') : undefined;
  if (!document || document.querySelector('parsererror')) {
    return body;
  }
  return lines(document.documentElement, '').join('\n');
}

function lines(node, indent) {
  const text = new XMLSerializer().serializeToString(node);
  const children = [...node.childNodes];
  if (!children.some((child) => child.nodeType === Node.ELEMENT_NODE)) {
    return [indent + text];
  }
  const bare = new XMLSerializer().serializeToString(node.cloneNode(false));
  const inner = children.flatMap((child) => {
    if (child.nodeType === Node.ELEMENT_NODE) {
      return lines(child, `${indent}  `);
    }
    return child.textContent.trim() ? [`${indent}  ${child.textContent.trim()}`] : [];
  });
  return [indent + bare.replace(/\/>$/, '>'), ...inner, `${indent}</${node.nodeName}>`];
}

function status(code) {
  return element('strong', code < 400 && code > 0 ? 'status' : 'status bad', String(code));
}

/** Shows one run of a bot. */
export function execution({ time, bot, trigger, status: code, duration, contentType, body, log, params, fhir }) {
  const item = document.createElement('li');
  const facts = element('div', 'facts');
  const parties = params?.From ? `${params.From} → ${params.To || 'no number'}` : '';
  facts.append(
    status(code),
    element('span', '', new Date(time).toLocaleTimeString()),
    element('span', '', `${duration.toFixed(1)} ms`),
    element('span', '', trigger === 'webhook' ? bot : `${bot}, ${trigger}`),
    element('span', '', fhir.length === 1 ? '1 FHIR round trip' : `${fhir.length} FHIR round trips`),
    element('span', '', parties),
  );
  item.append(facts);
  if (body) {
    item.append(element('pre', 'body', pretty(body, contentType)));
  }
  if (log.length) {
    item.append(element('pre', 'log', log.join('\n')));
  }
  return item;
}

/**
 * Shows one request of a call, with its step and its response. Callbacks are collapsed, since they have no response.
 */
function request({ url, status: code, body, callback, params, time }, started) {
  const item = document.createElement('li');
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  const step = new URL(url).searchParams.get('step');
  const statusTexts = [
    params.CallStatus,
    params.Digits && `pressed ${params.Digits}`,
    params.SpeechResult,
    params.DialCallStatus,
  ];
  summary.append(
    status(code),
    element('span', 'time', `+${Math.round((time - started) / 1000)} s`),
    element('span', 'step', step ?? (callback ? 'status callback' : 'incoming call')),
    element('span', '', statusTexts.filter(Boolean).join(', ')),
  );
  details.append(summary);
  details.open = !callback;
  if (body) {
    details.append(element('pre', 'body', pretty(body, 'text/xml')));
  }
  const more = document.createElement('details');
  more.append(element('summary', 'quiet', 'Parameters'));
  const text = Object.entries(params).map(([name, value]) => `${name}: ${value}`);
  more.append(element('pre', 'log', text.join('\n')));
  details.append(more);
  item.append(details);
  return item;
}

function resource(name, value) {
  const details = document.createElement('details');
  const line = value.payload?.[0]?.contentString ?? value.code?.text ?? value.status;
  details.append(element('summary', '', `${name}/${value.id}: ${line}`));
  for (const { contentAttachment } of value.payload ?? []) {
    if (/^Binary\//.test(contentAttachment?.url ?? '')) {
      const player = element('audio', '');
      player.controls = true;
      player.title = contentAttachment.title ?? '';
      player.src = `/fhir/R4/${contentAttachment.url}`;
      details.append(player);
    }
  }
  details.append(element('pre', 'body', JSON.stringify(value, null, 2)));
  return details;
}

/** Shows a whole call in the page. */
export function played(call, byId) {
  const { callSid, heard, requests, legs, errors, communication, tasks } = call;
  byId('played-facts').replaceChildren(
    element('strong', call.status === 'failed' ? 'status bad' : 'status', call.status),
    element('span', '', `${call.duration} s`),
    ...legs.map(({ to, status }) => element('span', '', `${to}: ${status}`)),
    ...errors.map((code) => element('span', 'bad', `Twilio error ${code}`)),
    element('span', 'sid', callSid),
  );
  const texts = heard.length ? heard : ['[nothing]'];
  byId('heard').replaceChildren(...texts.map((text) => element('li', text.startsWith('[') ? 'sound' : '', text)));
  const started = requests[0]?.time ?? 0;
  byId('requests').replaceChildren(...requests.map((one) => request(one, started)));
  byId('chart').replaceChildren(
    ...(communication
      ? [resource('Communication', communication)]
      : [element('p', 'quiet', 'No record: there was no callback.')]),
    ...tasks.map((task) => resource('Task', task)),
  );
  byId('played').hidden = false;
}
