// What happens elsewhere shows on the page that is open; the centre says why it looks; what is confidential is not there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desk, look, signedIn } from '../desk.mjs';

test('a list and a case change by themselves', async () => {
  const list = await signedIn('Karma Wangmo');
  await list.goto('/requests');
  const first = await list.locator('tr[data-row] a.subj').first().getAttribute('href');
  const number = first.split('/').pop();
  const row = list.locator(`tr[data-number="${number}"]`);
  const before = await row.innerText();
  const open = await signedIn('Sonam Dorji');
  await open.goto(first);
  const other = await signedIn('Karma Wangmo');
  await other.goto(first);
  await other.getByLabel(/Reply to/).fill('We are looking at the radio link now.');
  await other.getByRole('button', { name: /^Note/ }).first().click();
  await open.getByText('We are looking at the radio link now.').waitFor({ timeout: 10_000 });
  await other.goto(`${first}?open=hold#hold-reason`);
  await other.locator('#act-hold select').selectOption({ index: 1 });
  await other.locator('#act-hold textarea').fill('A spare part is on its way.');
  await other.locator('#act-hold button').click();
  await list.waitForFunction(([wanted, was]) => {
    const now = document.querySelector(`tr[data-number="${wanted}"]`);
    return now && now.innerText !== was;
  }, [number, before], { timeout: 10_000 });
  await look(open);
  for (const page of [list, open, other]) await page.context().close();
});

test('the centre says why it looks at a request', async () => {
  const page = await signedIn('Tshering Yangden');
  await page.goto('/requests?unit=PUN');
  await page.locator('tr[data-row] a.subj').first().click();
  await page.waitForURL(/\/look$/);
  await look(page);
  await page.getByLabel('Reason').selectOption({ index: 2 });
  await page.getByLabel('In your words').fill('The ministry called about this school.');
  await page.getByRole('button', { name: 'Open the request' }).click();
  await page.getByText('The ministry called about this school.').waitFor();
  assert.doesNotMatch(page.url(), /look$/);
  await page.context().close();
});

test('security incidents are seen by those who are named', async () => {
  const { address } = await desk();
  assert.ok(address);
  const karma = await signedIn('Karma Wangmo');
  await karma.goto('/search?q=ransomware');
  assert.equal(await karma.locator('tr[data-row]').count(), 0);
  const sonam = await signedIn('Sonam Dorji');
  await sonam.goto('/search?q=ransomware');
  assert.ok((await sonam.locator('tr[data-row]').count()) > 0);
  const head = await signedIn('Namgay Rinzin');
  await head.goto('/services/security-incident/named');
  await look(head);
  await head.goto('/me');
  await head.getByRole('link', { name: 'Enter' }).click();
  await look(head);
  for (const page of [karma, sonam, head]) await page.context().close();
});
