// The head of the unit reads the analysis, opens a figure and prints the month.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { look, open, signedIn } from '../desk.mjs';

test('a figure opens the list it was counted from', async () => {
  const page = await signedIn('Namgay Rinzin');
  await open(page, '/analysis');
  const figure = page.locator('main .stat b a').first();
  const shown = Number((await figure.innerText()).replace(/\D/g, ''));
  assert.ok(shown > 0, 'the first figure counts something');
  await figure.click();
  await page.waitForURL((url) => url.search.length > 1);
  await look(page);
  const listed = await page.locator('main').innerText();
  assert.match(listed, new RegExp(`\\b${shown}\\b|PUN-\\d\\d-`), `the list of ${shown}`);
  await page.context().close();
});

test('the month prints on paper', async () => {
  const page = await signedIn('Namgay Rinzin');
  await page.goto('/analysis');
  const paper = page.locator('a[href*="/analysis/month"], a[href*="paper"]').first();
  await page.goto(await paper.getAttribute('href'));
  await look(page);
  const pdf = await page.pdf({ format: 'A4' });
  const pages = (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length;
  assert.ok(pages >= 1 && pages <= 2, `the month takes ${pages} sheets`);
  await page.context().close();
});

test('the centre sees all units side by side', async () => {
  const page = await signedIn('Tshering Yangden');
  await open(page, '/analysis');
  await page.context().close();
});
