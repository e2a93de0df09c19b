// SPDX-License-Identifier: Apache-2.0 OR MIT
import { execution, played } from './show.js';

const byId = (id) => document.getElementById(id);
const period = 1000;
let shown = '';
let practitioner = '';

const isWhole = () => byId('play').value === 'whole';
const isBrowser = () => byId('kind').value === 'browser';
const showStatus = (text) => (byId('outcome').textContent = text);

async function refresh() {
  const text = await (await fetch('/console/executions')).text();
  const includeCron = byId('show-cron').checked;
  if (text + includeCron === shown) {
    return;
  }
  shown = text + includeCron;
  const executions = JSON.parse(text).filter(({ trigger, log }) => includeCron || trigger !== 'cron' || log.length > 0);
  byId('no-executions').hidden = executions.length > 0;
  byId('executions').replaceChildren(...executions.map(execution));
}

async function poll() {
  try {
    await refresh();
  } catch {
    showStatus('The sandbox does not respond. Check that npm start is still running.');
  }
  setTimeout(poll, period);
}

/** Parses a list such as `2, 1, -`. A dash is silence. */
function list(id) {
  const text = byId(id).value.trim();
  return text ? text.split(',').map((one) => one.trim().replace(/^-$/, '')) : undefined;
}

function seconds(id) {
  return byId(id).value === '' ? undefined : Number(byId(id).value);
}

function playRequest() {
  const others = byId('answers')
    .value.split(',')
    .filter((one) => one.includes('='));
  const ticket = isBrowser() && byId('ticket').value;
  return {
    kind: byId('kind').value,
    from: byId('from').value,
    to: byId('to').value,
    digits: list('digits'),
    speech: list('speech'),
    answers: Object.fromEntries([
      ['*', byId('default-answer').value],
      ...others.map((one) => one.split('=').map((side) => side.trim())),
    ]),
    voicemail: seconds('voicemail'),
    hangUpAfter: seconds('hangUpAfter'),
    at: byId('at').value.trim() || undefined,
    ...(ticket && { ticket }),
  };
}

function firstRequest() {
  return {
    from: byId('from').value,
    to: byId('to').value,
    kind: isBrowser() ? 'client' : 'phone',
    wrongSignature: byId('play').value === 'wrong',
  };
}

async function post(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const read = await answer.json();
  if (!answer.ok) {
    throw new Error(read.issue?.[0]?.details?.text ?? `The sandbox responded with ${answer.status}`);
  }
  return read;
}

async function place() {
  if (!isWhole()) {
    const { status } = await post('/console/call', firstRequest());
    byId('played').hidden = true;
    showStatus(`Response: ${status}.`);
    return;
  }
  const call = await post('/console/play', playRequest());
  played(call, byId);
  showStatus(`${call.status[0].toUpperCase()}${call.status.slice(1)}: ${call.requests.length} requests.`);
  byId('played').focus();
}

function updateForm() {
  byId('script').hidden = !isWhole();
  byId('ticket-row').hidden = !isBrowser() || !isWhole();
  const hasTicket = isBrowser() && isWhole() && byId('ticket').value !== '';
  byId('from-label').textContent = hasTicket
    ? `From (replaced by the identity of ${practitioner})`
    : isBrowser()
      ? 'From (identity)'
      : 'From';
  byId('from').disabled = hasTicket;
  byId('to').disabled = hasTicket && byId('ticket').value.startsWith('Patient/');
}

async function open() {
  const [{ webhook }, { numbers, tickets, patients, ...account }] = await Promise.all(
    ['/sandbox.json', '/console/account'].map(async (path) => (await fetch(path)).json()),
  );
  practitioner = account.practitioner;
  byId('webhook').textContent = `POST ${webhook}`;
  // The numbers of a config come last. They are the ones to try.
  const defaultNumber = numbers.length > 2 ? numbers.at(-1) : numbers[0];
  byId('to').value = defaultNumber;
  byId('numbers').replaceChildren(...numbers.map((number) => new Option(number, number)));
  byId('ticket').append(...patients.map(({ name, reference }) => new Option(`For ${name}, a patient`, reference)));
  if (!tickets) {
    [...byId('ticket').options].slice(1).forEach((option) => (option.disabled = true));
    byId('ticket-hint').hidden = false;
  }
  byId('kind').addEventListener('change', () => {
    byId('from').value = isBrowser() ? 'Jo_Invented' : '+15550100099';
    byId('to').value = isBrowser() ? '+15550100123' : defaultNumber;
  });
  byId('call').addEventListener('change', updateForm);
  byId('show-cron').addEventListener('change', refresh);
  byId('call').addEventListener('submit', async (event) => {
    event.preventDefault();
    showStatus('Calling …');
    const button = byId('call').querySelector('button');
    button.disabled = true;
    try {
      await place();
      await refresh();
    } catch (err) {
      showStatus(err.message);
    } finally {
      button.disabled = false;
    }
  });
  updateForm();
}

await open();
await poll();
