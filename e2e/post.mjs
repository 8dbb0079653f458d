// A mail server that keeps what it is handed.
import net from 'node:net';
import { once } from 'node:events';

/** `port`, and `next()`: the body of the next message, as soon as it comes. */
export async function post() {
  const letters = [];
  const waiting = [];
  const deliver = (letter) => (waiting.length ? waiting.shift()(letter) : letters.push(letter));
  const server = net.createServer((socket) => {
    let said = '';
    let letter = null;
    socket.write('220 here\r\n');
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      said += bytes;
      for (let end = said.indexOf('\r\n'); end >= 0; end = said.indexOf('\r\n')) {
        const line = said.slice(0, end);
        said = said.slice(end + 2);
        if (letter === null) {
          if (line === 'DATA') letter = [];
          socket.write(line === 'DATA' ? '354 go on\r\n' : line === 'QUIT' ? '221 bye\r\n' : '250 yes\r\n');
        } else if (line === '.') {
          deliver(readable(letter.join('\n')));
          letter = null;
          socket.write('250 taken\r\n');
        } else letter.push(line);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    next: () => new Promise((resolve) => (letters.length ? resolve(letters.shift()) : waiting.push(resolve))),
    close: () => server.close(),
  };
}

/** Quoted-printable, as far as a link needs it. */
function readable(letter) {
  return letter.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
