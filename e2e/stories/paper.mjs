// Paper: a form that was printed comes back from the scanner and is known; a letter is typed up beside its picture.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { look, open, overflow, signedIn, somebody, tabTo } from '../desk.mjs';

/** The page of a sheet, as soon as its file was read. */
async function sheet(page, name) {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto('/scans');
    await page.getByRole('link', { name }).first().click();
    await page.waitForURL(/\/scans\/[0-9a-f-]{36}$/);
    if ((await page.getByText('It is being read.').count()) === 0) return;
    await page.waitForTimeout(250);
  }
  throw new Error(`${name} was not read`);
}

test('a form printed from its page is known by its code when it comes back', async () => {
  const visitor = await somebody();
  await open(visitor, '/services/internet-lan');
  const service = await visitor.locator('h1').innerText();
  await open(visitor, '/services/internet-lan/paper');
  const printed = await visitor.pdf({ format: 'A4', printBackground: true });
  await visitor.context().close();

  const officer = await signedIn('Karma Wangmo');
  await open(officer, '/scans');
  await officer.getByLabel('Scans').setInputFiles({ name: 'from-the-glass.pdf', mimeType: 'application/pdf', buffer: printed });
  await officer.getByRole('button', { name: 'Bring it in' }).click();
  await sheet(officer, 'from-the-glass.pdf');
  await look(officer);
  await officer.getByText('One of our forms; its service is chosen.').waitFor();
  assert.equal(await officer.locator('#service').inputValue(), service);
  const picture = officer.locator('.paper img').first();
  assert.ok(await picture.evaluate((image) => image.complete && image.naturalWidth > 500));

  // From here on the keyboard is enough.
  await tabTo(officer, '#name');
  await officer.keyboard.type('Ugyen Tshomo');
  await tabTo(officer, '#phone');
  await officer.keyboard.type('17608812');
  await tabTo(officer, '#subject');
  await officer.keyboard.type('No internet in the library');
  await tabTo(officer, '#description');
  await officer.keyboard.type('The box has a red light.');
  await tabTo(officer, '[name=f-what]');
  await officer.keyboard.press('Space');
  await tabTo(officer, '[name=f-since]');
  await officer.keyboard.type('This morning');
  await officer.keyboard.press('Enter');
  await officer.getByText('It is a case now.').waitFor();
  await look(officer);
  await officer.getByRole('link', { name: /^PUN-/ }).first().click();
  await officer.waitForURL(/\/requests\/PUN/);
  await look(officer);
  await officer.getByText('from-the-glass-1.png').first().waitFor();
  await officer.context().close();
});

test('a letter is typed up on a telephone without script, and nothing typed is lost', async () => {
  // The page is looked at with script, for axe needs it; the form is used without.
  const seen = await signedIn('Karma Wangmo', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  await sheet(seen, 'letter-nobgang.png');
  await look(seen);
  assert.ok((await overflow(seen)) <= 0);
  await seen.context().close();

  const officer = await signedIn('Karma Wangmo', { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await sheet(officer, 'letter-nobgang.png');
  await officer.locator('#description').fill('The projector shows stripes.');
  await officer.getByRole('button', { name: 'Make the case' }).last().click();
  await officer.locator('.sum').waitFor();
  assert.equal(await officer.locator('#description').inputValue(), 'The projector shows stripes.');
  await officer.locator('#name').fill('Pema Yangzom');
  await officer.locator('#phone').fill('17612033');
  await officer.locator('#subject').fill('Projector of class 9');
  await officer.locator('#service').fill('Something else');
  await officer.getByRole('button', { name: 'Make the case' }).last().click();
  await officer.getByText('It is a case now.').waitFor();
  await officer.context().close();
});
