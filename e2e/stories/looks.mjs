// Pictures of the main pages, to be looked at: wide and narrow, light and dark, in e2e/results.
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { results, signedIn, somebody } from '../desk.mjs';

const PUBLIC = { portal: '/', form: '/services/internet-lan', charter: '/charter' };
const OFFICE = { queue: '/requests', today: '/today', analysis: '/analysis', call: '/requests/new' };

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1360, 390]) {
    test(`pictures ${width} px wide, ${colorScheme}`, async () => {
      const options = { colorScheme, viewport: { width, height: width === 390 ? 844 : 900 } };
      const shoot = async (page, name) => {
        await page.screenshot({ path: path.join(results, `${name}-${width}-${colorScheme}.png`) });
      };
      const visitor = await somebody(options);
      for (const [name, address] of Object.entries(PUBLIC)) {
        await visitor.goto(address);
        await shoot(visitor, name);
      }
      await visitor.context().close();
      const officer = await signedIn('Karma Wangmo', options);
      for (const [name, address] of Object.entries(OFFICE)) {
        await officer.goto(address);
        await shoot(officer, name);
      }
      await officer.goto('/search?q=Kabjisa+radio');
      await officer.goto('/requests?all=1');
      await officer.getByRole('link', { name: 'No Internet in the whole school since morning' }).first().click();
      await officer.waitForURL(/\/requests\/PUN/);
      await shoot(officer, 'case');
      await officer.context().close();
    });
  }
}

// The README's two pictures are renewed by hand, with KEEP_PICTURES=yes: pictures that change daily are noise.
if (process.env.KEEP_PICTURES === 'yes') {
  after(() => {
    const kept = path.join(results, '../../docs/screenshots');
    mkdirSync(kept, { recursive: true });
    copyFileSync(path.join(results, 'queue-1360-light.png'), path.join(kept, 'queue.png'));
    copyFileSync(path.join(results, 'portal-390-light.png'), path.join(kept, 'portal-390.png'));
  });
}
