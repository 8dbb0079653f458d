// The first operator comes in by password, passkey, code and e-mailed link, in a browser with an authenticator.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { PROGRAM, look, open, overflow, somebody } from '../desk.mjs';
import { post } from '../post.mjs';
import { serve } from '../serve.mjs';

const SECRET = 'three cranes over Phobjikha';
const data = mkdtempSync(path.join(tmpdir(), 'tendrel-entry-'));
let program, letters, baseURL, page;

before(async () => {
  letters = await post();
  const [signIn, mail] = ['second_factor_for = []', `server = "smtp://127.0.0.1:${letters.port}"\nfrom = "Desk <desk@tendrel.example>"`];
  writeFileSync(path.join(data, 'tendrel.toml'), `[sign_in]\n${signIn}\n[mail]\n${mail}\n`);
  const made = spawnSync(PROGRAM, ['--data', data, 'make-operator', 'tandin', '--name', 'Tandin Wangdi', '--password-stdin'], { input: `${SECRET}\n` });
  assert.equal(made.status, 0, String(made.stderr));
  ({ program, baseURL } = await serve(data));
  page = await somebody({ baseURL });
});

after(async () => {
  await page?.context().close();
  program?.kill('SIGTERM');
  letters?.close();
  rmSync(data, { recursive: true, force: true });
});

/** Waits for a page; what stands behind the question mark may be anything. */
const at = (pathname) => page.waitForURL((url) => url.pathname === pathname);

async function signOut() {
  await page.goto('/me');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await at('/');
}

async function withPassword() {
  await open(page, '/sign-in?back=/me');
  await page.getByLabel('User name or e-mail address').fill('tandin');
  await page.getByLabel('Password').fill(SECRET);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('a passkey is added, and opens the account without a password', async () => {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await withPassword();
  await at('/me');
  await look(page);
  await page.getByLabel('Name', { exact: true }).fill('my telephone');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('The passkey is added.').waitFor();
  await look(page);
  await signOut();

  await page.goto('/sign-in?back=/me');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await at('/me');
  assert.equal(await page.locator('h1').innerText(), 'Tandin Wangdi');
  await page.getByText('last used').first().waitFor();
  await signOut();

  // Nobody touches it: the page says so, and stays.
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('The passkey was not used.').waitFor();
  await look(page);
});

/** RFC 6238: what an app on a telephone shows. */
function code(letters, steps = 0) {
  const bits = [...letters.replace(/\s/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('codes of the telephone are set up and asked for; a link comes by e-mail', async () => {
  await withPassword();
  await at('/me');
  await open(page, '/me/codes');
  await page.getByText('No camera?').click();
  const letters = await page.locator('details code').innerText();
  await page.getByLabel('Code of six digits').fill(code(letters));
  await page.getByRole('button', { name: 'Set up codes' }).click();
  await page.getByText('Keep these ten codes').first().waitFor();
  await look(page);
  const recovery = await page.locator('.codes code').allInnerTexts();
  assert.equal(recovery.length, 10);
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await signOut();

  await withPassword();
  await at('/sign-in/code');
  await look(page);
  // The code of the next half minute: the one of now was used.
  await page.getByLabel('Code of six digits').fill(code(letters, 1));
  await page.getByRole('button', { name: 'Go on' }).first().click();
  await at('/me');
  // Where e-mail goes.
  await page.goto('/people?q=Tandin');
  await page.getByRole('link', { name: 'Tandin Wangdi' }).last().click();
  await page.getByRole('link', { name: 'Correct' }).click();
  await page.getByLabel('E-mail (optional)').fill('tandin@tendrel.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await signOut();

  await open(page, '/sign-in/link?back=/me');
  await page.getByLabel('User name or e-mail address').fill('tandin@tendrel.example');
  await page.getByRole('button', { name: 'Send me the link' }).click();
  await page.getByRole('heading', { name: 'Look into your e-mail' }).waitFor();
  await look(page);
  const letter = await nextLetter();
  const link = letter.match(/http:\/\/localhost:\d+\/enter\/\S+/)[0];
  await open(page, link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await at('/sign-in/code');
  await page.getByText('The telephone is not at hand').click();
  await page.getByLabel('Recovery code').fill(recovery[0]);
  await page.getByRole('button', { name: 'Go on' }).last().click();
  await at('/me');
});

function nextLetter() {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no letter came')), 20_000).unref());
  return Promise.race([letters.next(), late]);
}

test('a program gets an account and a token that only looks', async () => {
  await open(page, '/programs');
  await page.getByRole('link', { name: 'Add a program' }).click();
  await look(page);
  await page.getByLabel('Name').fill('Link watch');
  await page.getByLabel('Role').selectOption('auditor');
  await page.getByLabel('For').fill('Punakha ICT Services');
  await page.getByRole('button', { name: 'Add the program' }).click();
  await page.getByText('Make a token for it.').waitFor();
  await page.getByLabel('What for').fill('night run');
  await page.getByRole('button', { name: 'Make a token' }).click();
  await look(page);
  const token = await page.locator('.token code').innerText();
  const ask = (method, address) => fetch(baseURL + address, { method, headers: { authorization: `Bearer ${token}` } });
  assert.equal((await ask('GET', '/api/v1/requests')).status, 200);
  assert.equal((await ask('POST', '/api/v1/requests')).status, 403);
});

test('the pages of coming in fit a telephone', async () => {
  const small = await somebody({ baseURL, viewport: { width: 390, height: 844 } });
  for (const address of ['/sign-in', '/sign-in/link', '/sign-in/forgotten']) {
    await open(small, address);
    assert.ok((await overflow(small)) <= 0, `${address} is wider than the phone`);
  }
  await small.context().close();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const address of ['/me', '/programs', '/programs/new']) {
    await open(page, address);
    assert.ok((await overflow(page)) <= 0, `${address} is wider than the phone`);
  }
});
