// Somebody of the public asks for help and follows it: without script, and with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { look, open, overflow, somebody, weigh } from '../desk.mjs';

async function fill(page) {
  await page.getByLabel('Your office', { exact: true }).fill('Kabjisa Gewog Administration');
  await page.locator('input[name="f-where"][value="computer"]').check();
  await page.locator('input[name="f-what"][value="forgot"]').check();
  await page.locator('#f-user').fill('kabjisa.counter');
  await page.getByLabel('In your own words').fill('Nobody can sign in at the counter');
  await page.getByLabel('Your name').fill('Tshering Lhaden');
  await page.getByLabel('Phone', { exact: true }).fill('17000444');
}

for (const javaScriptEnabled of [false, true]) {
  const way = javaScriptEnabled ? 'with script' : 'without script';

  test(`a newcomer asks for help and follows it ${way}`, async () => {
    const page = await somebody({ javaScriptEnabled, viewport: { width: 390, height: 844 } });
    await page.goto('/');
    await page.getByRole('searchbox').fill('password');
    await page.keyboard.press('Enter');
    await page.locator('a[href="/services/sign-in"]').first().click();
    await fill(page);
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.waitForURL(/\/sent\//);
    assert.match(await page.locator('.number').innerText(), /PUN-\d\d-\d{5}-\d/);
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'We have your request');
    if (javaScriptEnabled) await look(page);
    await page.getByRole('link', { name: 'Follow the request' }).click();
    await page.waitForURL(/\/r\//);
    assert.match(await page.locator('main').innerText(), /Nobody can sign in at the counter/);
    if (javaScriptEnabled) await look(page);
    await page.context().close();
  });

  test(`wrong input keeps what was typed ${way}`, async () => {
    const page = await somebody({ javaScriptEnabled });
    await page.goto('/services/sign-in');
    await fill(page);
    await page.getByLabel('Phone', { exact: true }).fill('call me');
    await page.locator('textarea[name="description"]').fill('Since this morning.\nAll three desks.');
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.getByRole('alert').waitFor();
    assert.match(await page.title(), /^Error: /);
    assert.equal(await page.getByLabel('Your name').inputValue(), 'Tshering Lhaden');
    assert.equal(await page.locator('textarea[name="description"]').inputValue(), 'Since this morning.\nAll three desks.');
    assert.ok(await page.locator('input[name="f-where"][value="computer"]').isChecked());
    await page.getByRole('alert').getByRole('link').first().click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'phone');
    await page.context().close();
  });
}

test('what the public sees is whole on a small phone', async () => {
  const page = await somebody({ viewport: { width: 360, height: 740 } });
  for (const address of ['/', '/services/internet-lan', '/services/computer-repair', '/charter', '/news', '/follow', '/sign-in', '/demo']) {
    await open(page, address);
    assert.ok((await overflow(page)) <= 0, `${address} is wider than the phone`);
  }
  await page.context().close();
});

test('pages are light over the wire', async () => {
  const page = await somebody();
  const weight = await weigh(page);
  await page.goto('/', { waitUntil: 'networkidle' });
  assert.ok(weight.bytes <= 40_000, `the first visit weighs ${weight.bytes} bytes`);
  for (const address of ['/services/internet-lan', '/charter', '/follow']) {
    weight.bytes = 0;
    await page.goto(address, { waitUntil: 'networkidle' });
    assert.ok(weight.bytes <= 15_000, `${address} weighs ${weight.bytes} bytes`);
  }
  await page.context().close();
});

test('the language is changed on the page and stays', async () => {
  const page = await somebody();
  await page.goto('/charter');
  await page.locator('form[action="/language"] button').first().click();
  await page.waitForURL('**/charter');
  assert.equal(await page.locator('html').getAttribute('lang'), 'dz');
  await look(page);
  await page.goto('/');
  assert.equal(await page.locator('html').getAttribute('lang'), 'dz');
  await page.context().close();
});

test('the program says that it is well, and packs what it sends', async () => {
  const page = await somebody();
  const health = await page.request.get('/health');
  assert.equal(await health.text(), 'ok\n');
  await page.goto('/');
  const style = await page.locator('link[rel="stylesheet"]').getAttribute('href');
  assert.match(style, /^\/assets\/look-[0-9a-f]{8}\.css$/);
  const answer = await page.request.get(style);
  assert.match(answer.headers()['cache-control'], /immutable/);
  assert.equal((await page.request.get('/assets/nothing.css')).status(), 404);
  await page.context().close();
});

