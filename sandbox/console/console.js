// SPDX-License-Identifier: Apache-2.0 OR MIT

const byId = (id) => document.getElementById(id);
const period = 1000;
let shown = '';

/** An element with text in it; nothing from a caller is ever read as HTML. */
function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** Indents XML. What is no XML stays as it is. */
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

function item({ time, bot, status, duration, contentType, body, log, params }) {
  const made = document.createElement('li');
  const facts = element('div', 'facts', '');
  const parties = params?.From ? `${params.From} → ${params.To ?? ''}` : '';
  facts.append(
    element('strong', status < 400 ? 'status' : 'status bad', String(status)),
    element('span', '', new Date(time).toLocaleTimeString()),
    element('span', '', `${duration.toFixed(1)} ms`),
    element('span', '', contentType.split(';')[0]),
    element('span', '', bot),
    element('span', '', parties),
  );
  made.append(facts);
  if (body) {
    made.append(element('pre', 'body', pretty(body, contentType)));
  }
  if (log.length) {
    made.append(element('pre', 'log', log.join('\n')));
  }
  return made;
}

async function refresh() {
  const text = await (await fetch('/console/executions')).text();
  if (text === shown) {
    return;
  }
  shown = text;
  const executions = JSON.parse(text);
  byId('none').hidden = executions.length > 0;
  byId('executions').replaceChildren(...executions.map(item));
}

async function poll() {
  try {
    await refresh();
  } catch {
    byId('outcome').textContent = 'The sandbox does not answer.';
  }
  setTimeout(poll, period);
}

async function open() {
  const { webhook, numbers } = await (await fetch('/sandbox.json')).json();
  byId('webhook').textContent = `POST ${webhook}`;
  byId('to').value = numbers[0];
  byId('numbers').replaceChildren(...numbers.map((number) => new Option(number, number)));
  byId('kind').addEventListener('change', ({ target }) => {
    byId('from').value = target.value === 'client' ? 'client:Jo_Invented' : '+15550100099';
  });
  byId('call').addEventListener('submit', async (event) => {
    event.preventDefault();
    const call = {
      from: byId('from').value,
      to: byId('to').value,
      kind: byId('kind').value,
      wrongSignature: byId('wrong').checked,
    };
    const answer = await fetch('/console/call', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(call),
    });
    const { status } = await answer.json();
    byId('outcome').textContent = answer.ok ? `Answered ${status}.` : 'The sandbox refused the call.';
    await refresh();
  });
}

await open();
await poll();
