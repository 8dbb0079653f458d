// An operator sets up a gateway for SMS, tries it, and reads in the log what it answered.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { PROGRAM, look, open, overflow, somebody } from '../desk.mjs';
import { serve } from '../serve.mjs';

const SECRET = 'three cranes over Phobjikha';
const data = mkdtempSync(path.join(tmpdir(), 'tendrel-sms-'));
const heard = [];
let gateway, program, baseURL, page;

before(async () => {
  gateway = createServer((request, answer) => {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      heard.push(new URLSearchParams(body));
      answer.end('OK 4711');
    });
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  writeFileSync(path.join(data, 'tendrel.toml'), '[sign_in]\nsecond_factor_for = []\n[webhooks]\nallow_http = true\nallow_internal = ["127.0.0.0/8"]\n');
  const made = spawnSync(PROGRAM, ['--data', data, 'make-operator', 'tandin', '--name', 'Tandin Wangdi', '--password-stdin'], { input: `${SECRET}\n` });
  assert.equal(made.status, 0, String(made.stderr));
  ({ program, baseURL } = await serve(data));
  page = await somebody({ baseURL });
  await page.goto('/sign-in?back=/sms');
  await page.getByLabel('User name or e-mail address').fill('tandin');
  await page.getByLabel('Password').fill(SECRET);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => url.pathname === '/sms');
});

after(async () => {
  await page?.context().close();
  program?.kill('SIGTERM');
  gateway?.close();
  rmSync(data, { recursive: true, force: true });
});

test('a gateway that is wrong is told so, with what was typed', async () => {
  await look(page);
  await page.getByLabel('Address').fill('modem on the shelf');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('.sum').waitFor();
  await look(page);
  assert.equal(await page.getByLabel('Address').inputValue(), 'modem on the shelf');
});

test('a gateway is set up, tried, and what it answered stands in the log', async () => {
  await page.getByLabel('Address').fill(`http://127.0.0.1:${gateway.address().port}/send`);
  await page.getByLabel('Handed over as').selectOption('form');
  await page.getByLabel('Body', { exact: true }).fill('to={to}&text={text}&id={id}');
  await page.getByLabel('The answer must hold').fill('OK');
  await page.getByLabel('Send SMS').check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('on', { exact: true }).first().waitFor();
  await look(page);
  await page.getByRole('textbox', { name: 'Mobile number' }).fill('17123456');
  await page.getByRole('button', { name: 'Send a try to this number' }).click();
  await page.getByText('OK 4711').waitFor();
  await look(page);
  assert.deepEqual([heard.length, heard[0].get('to'), heard[0].get('text')], [1, '97517123456', 'This is a try from the ICT desk. SMS arrives here.']);

  await open(page, '/sms/log');
  const row = await page.locator('tbody tr').first().innerText();
  assert.match(row, /Try[\s\S]*456[\s\S]*OK 4711/);
  assert.doesNotMatch(row, /17123456/);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const address of ['/sms', '/sms/log', '/letters', '/sms/words/received/en']) {
    await open(page, address);
    assert.ok((await overflow(page)) <= 0, address);
  }
});
