// A certified provider of OpenID Connect vouches for people: they come in, get their roles, and are out when it says so.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Provider } from 'oidc-provider';
import { look, open, overflow, somebody } from '../desk.mjs';
import { freePort, serve } from '../serve.mjs';

const PEOPLE = {
  pema: { name: 'Pema Choden', preferred_username: 'pema', email: 'pema@gov.example', email_verified: true, groups: ['ict'], office: 'Punakha ICT Services' },
  stranger: { name: 'A Stranger', preferred_username: 'stranger', email: 'stranger@gov.example', email_verified: true, groups: [] },
};
const data = mkdtempSync(path.join(tmpdir(), 'tendrel-vouched-'));
let desk, site, issuer, refused;

/** A real provider, whose own pages take any password. */
async function provider(baseURL) {
  const port = await freePort();
  issuer = `http://localhost:${port}`;
  const oidc = new Provider(issuer, {
    clients: [{
      client_id: 'tendrel',
      client_secret: 'three-cranes-over-Phobjikha',
      redirect_uris: [`${baseURL}/sign-in/with/gov/back`],
      backchannel_logout_uri: `${baseURL}/sign-in/with/gov/logout`,
      backchannel_logout_session_required: true,
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'], work: ['groups', 'office'] },
    features: { backchannelLogout: { enabled: true } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
    // By itself it asks nobody on its own machine.
    fetch: (url, { dispatcher: _, ...how }) => fetch(url, how),
    cookies: { keys: ['of this test'] },
  });
  oidc.on('backchannel.error', (_, error) => { refused = error; });
  site = oidc.listen(port, '127.0.0.1');
  await once(site, 'listening');
}

before(async () => {
  const port = await freePort();
  await provider(`http://localhost:${port}`);
  writeFileSync(path.join(data, 'tendrel.toml'), `
[[sign_in.providers]]
key = "gov"
name = "Government sign-in"
issuer = "${issuer}"
client_id = "tendrel"
client_secret = "three-cranes-over-Phobjikha"
scopes = ["email", "profile", "work"]
roles_claim = "groups"
roles = [{ value = "ict", role = "officer", in = "unit-punakha" }]
create_people = true
office_claim = "office"
`);
  desk = await serve(data, port);
});

after(() => {
  desk?.program.kill('SIGTERM');
  site?.close();
  site?.closeAllConnections();
  rmSync(data, { recursive: true, force: true });
});

/** Through the provider's own pages: who one is, and that the desk may know it. */
async function comeIn(page, who) {
  // Its pages would have letters from elsewhere; nothing of this leaves the machine.
  await page.route((url) => url.hostname !== 'localhost', (route) => route.fulfill({ body: '' }));
  await page.goto(`${desk.baseURL}/sign-in?back=/me`);
  await page.getByRole('link', { name: 'Sign in with Government sign-in' }).click();
  await page.locator('input[name=login]').fill(who);
  await page.locator('input[name=password]').fill('anything');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]', { hasText: 'Continue' }).click();
  await page.waitForURL((url) => url.href.startsWith(desk.baseURL));
}

test('somebody comes in by the provider, with the role that it names, and goes out with it', async () => {
  const page = await somebody({ baseURL: desk.baseURL });
  await comeIn(page, 'pema');
  assert.equal(new URL(page.url()).pathname, '/me');
  assert.equal(await page.locator('h1').innerText(), 'Pema Choden');
  await page.getByText('Officer', { exact: true }).waitFor();
  await page.goto('/today');
  await look(page);
  // She signs out there: the provider tells the desk.
  PEOPLE.pema.groups = [];
  await page.goto(`${issuer}/session/end`);
  await page.getByRole('button', { name: /Yes/ }).click();
  await page.waitForURL(`${issuer}/**`);
  for (let tries = 0; ; tries += 1) {
    await page.goto(`${desk.baseURL}/me`);
    if (new URL(page.url()).pathname === '/sign-in') break;
    assert.ok(tries < 50, `the session goes on; the provider says ${refused}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // What she is no longer there she is no longer here.
  await comeIn(page, 'pema');
  assert.equal(await page.getByText('Officer', { exact: true }).count(), 0);
  await page.context().close();
});

test('whom the desk does not know it tells what to do', async () => {
  const page = await somebody({ baseURL: desk.baseURL });
  await comeIn(page, 'stranger');
  await page.getByText('the office that it names for you is not known here').waitFor();
  await look(page);
  await page.context().close();
});

test('the way to the provider stands on a telephone too', async () => {
  const page = await somebody({ baseURL: desk.baseURL, viewport: { width: 390, height: 844 } });
  await open(page, '/sign-in');
  await page.getByRole('link', { name: 'Sign in with Government sign-in' }).waitFor();
  assert.ok((await overflow(page)) <= 0);
  await page.context().close();
});
