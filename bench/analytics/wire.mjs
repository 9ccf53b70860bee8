// HTTP/1.1 on one kept-alive connection with nothing between: what a request costs here is the
// server and two system calls, not a client library.
import { connect } from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');

export class Wire {
  constructor(port, token) {
    this.head = `host: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\n`;
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.got = Buffer.alloc(0);
    this.socket.on('data', (part) => {
      this.got = this.got.length > 0 ? Buffer.concat([this.got, part]) : part;
      this.take();
    });
    this.socket.on('error', (error) => this.reject?.(error));
    this.socket.on('close', () => this.reject?.(new Error('the server closed the connection')));
  }

  /** One request, answered before the next is made: { status, text }. */
  request(method, path, body) {
    return this.send(method, path, body === undefined ? '' : JSON.stringify(body));
  }

  /** The same with a body that is JSON already, and more lines for the head. */
  send(method, path, content, more = '') {
    const type = content ? 'content-type: application/json\r\n' : '';
    const length = method === 'GET' ? '' : `content-length: ${Buffer.byteLength(content)}\r\n`;
    return new Promise((resolve, reject) => {
      Object.assign(this, { resolve, reject });
      const head = `${this.head}${more}${type}${length}`;
      this.socket.write(`${method} ${path} HTTP/1.1\r\n${head}\r\n${content}`);
    });
  }

  take() {
    const end = this.got.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const head = this.got.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    const from = end + END_OF_HEAD.length;
    let text;
    let used;
    if (length) {
      used = from + Number(length[1]);
      if (this.got.length < used) return;
      text = this.got.toString('utf8', from, used);
    } else {
      const parts = [];
      used = this.takeChunks(from, parts);
      if (used < 0) return;
      text = Buffer.concat(parts).toString('utf8');
    }
    this.got = this.got.subarray(used);
    const { resolve } = this;
    this.resolve = this.reject = undefined;
    resolve({ status: Number(head.slice(9, 12)), text });
  }

  /** Collects a chunked body; gives where it ends, −1 while it has not. */
  takeChunks(from, parts) {
    for (let at = from; ;) {
      const line = this.got.indexOf('\r\n', at);
      if (line < 0) return -1;
      const size = parseInt(this.got.toString('latin1', at, line), 16);
      const next = line + 2 + size + 2;
      if (this.got.length < next) return -1;
      if (size === 0) return next;
      parts.push(this.got.subarray(line + 2, line + 2 + size));
      at = next;
    }
  }

  close() {
    this.reject = undefined;
    this.socket.destroy();
  }
}
