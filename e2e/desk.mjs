// The program under test and a browser to look at it: started once, stopped at the end.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const here = import.meta.dirname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const results = path.join(here, 'results');
mkdirSync(results, { recursive: true });

export const PROGRAM = process.env.TENDREL_PROGRAM ?? path.join(here, '../target/debug/tendrel');
const BROWSERS = [process.env.TENDREL_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];

let started;

/** The program with the demonstration's data, and the browser. */
export function desk() {
  started ??= start();
  return started;
}

async function start() {
  const data = mkdtempSync(path.join(tmpdir(), 'tendrel-e2e-'));
  const program = spawn(PROGRAM, ['--data', data, 'demo', '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const address = await addressOf(program);
  const executablePath = BROWSERS.find((candidate) => candidate && existsSync(candidate));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
  return { address, browser, data, program };
}

function addressOf(program) {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (part) => {
      said += part;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    };
    program.stdout.on('data', listen);
    program.stderr.on('data', (part) => { said += part; });
    program.on('exit', (code) => reject(new Error(`the program ended with ${code}:\n${said}`)));
    setTimeout(() => reject(new Error(`the program did not start within two minutes:\n${said}`)), 120_000).unref();
  });
}

export async function stop() {
  if (!started) return;
  const { browser, data, program } = await started;
  await browser.close();
  program.removeAllListeners('exit');
  program.kill('SIGTERM');
  rmSync(data, { recursive: true, force: true });
}

/**
 * A page of a new person: nothing is remembered from others. Every page that is opened in it is held against what
 * makes a page good, by `look`.
 */
export async function somebody(options = {}) {
  const { address, browser } = await desk();
  const context = await browser.newContext({ reducedMotion: 'reduce',
    baseURL: address,
    viewport: { width: 1360, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Asia/Thimphu',
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text())) page.faults.push(message.text());
  });
  return page;
}

/** A page of a person of the demonstration who is signed in. */
export async function signedIn(name, options = {}) {
  const page = await somebody(options);
  await page.goto('/demo');
  await page.getByRole('button', { name }).first().click();
  await page.waitForURL((url) => url.pathname !== '/demo');
  return page;
}

/** Opens an address and looks at it. */
export async function open(page, address) {
  const answer = await page.goto(address);
  assert.ok(answer.status() < 400, `${address} answered ${answer.status()}`);
  await look(page);
}

/** Holds the page against what makes a page good: axe finds nothing, nothing is cut off, no script fails. */
export async function look(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  const violations = found.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html.slice(0, 200)).join('\n  ')}`,
  );
  assert.deepEqual(violations, [], `${page.url()}\n${violations.join('\n')}`);
  assert.deepEqual(page.faults, [], page.url());
  const title = await page.title();
  const h1 = (await page.locator('h1').first().innerText()).trim();
  assert.ok(title.includes(h1), `the title "${title}" does not hold the h1 "${h1}"`);
}

/** The width by which a page is wider than its window: nobody scrolls sideways. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Counts what goes over the wire from now on. */
export async function weigh(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const weight = { bytes: 0, requests: 0 };
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    weight.bytes += encodedDataLength;
    weight.requests += 1;
  });
  return weight;
}

/** Presses Tab until the element that fits has the focus: what a keyboard can reach, and in how many presses. */
export async function tabTo(page, selector, limit = 120) {
  for (let presses = 0; presses < limit; presses += 1) {
    const reached = await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    if (reached) return presses;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} is not reached by ${limit} presses of Tab on ${page.url()}`);
}
