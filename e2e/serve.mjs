// The program as an installation runs it, beside the demonstration: its own folder, its own settings.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { PROGRAM } from './desk.mjs';

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Serves a folder, and waits until it answers. Browsers know passkeys for names, not for addresses in digits. */
export async function serve(data, port) {
  port ??= await freePort();
  const baseURL = `http://localhost:${port}`;
  const program = spawn(PROGRAM, ['--data', data, 'serve', '--listen', `127.0.0.1:${port}`, '--base-url', baseURL], { stdio: 'ignore' });
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${baseURL}/health`).catch(() => null);
    if (answer?.ok) break;
    assert.ok(tries < 200, 'the program does not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { program, baseURL };
}
