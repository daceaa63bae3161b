// A WebSocket client that may break every rule: frames are made byte by byte (RFC 6455 5.2).
import { connect } from 'node:net';

export const TEXT = 1, CLOSE = 8, PING = 9;

/** @param {{fin?: boolean, masked?: boolean, reserved?: number, length?: bigint|number}} [break_] what differs from a proper frame; `length` is what the header says */
export function frame(opcode, payload = '', { fin = true, masked = true, reserved = 0, length } = {}) {
  const bytes = Buffer.from(payload);
  const told = BigInt(length ?? bytes.length);
  const extended = told > 65535n ? 8 : told > 125n ? 2 : 0;
  const head = Buffer.alloc(2 + extended + (masked ? 4 : 0)); // a mask of zeros changes nothing
  head[0] = (fin ? 0x80 : 0) | reserved << 4 | opcode;
  head[1] = (masked ? 0x80 : 0) | (extended === 8 ? 127 : extended === 2 ? 126 : Number(told));
  if (extended === 8) head.writeBigUInt64BE(told, 2);
  else if (extended === 2) head.writeUInt16BE(Number(told), 2);
  return Buffer.concat([head, bytes]);
}

export class Wire {
  /** Opens the socket of a room as a page does. */
  static async open(server, place) {
    const { port, host } = new URL(server.origin);
    const wire = new Wire();
    wire.socket = connect(port, '127.0.0.1');
    wire.socket.on('error', () => {}); // a reset is one way to end
    wire.ended = new Promise((resolve) => wire.socket.on('close', resolve));
    wire.socket.write(`GET /${place.slug}/live/${place.room}/socket HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${server.origin}\r\n`
      + 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
    const answer = await new Promise((resolve) => wire.socket.once('data', resolve));
    if (!String(answer).startsWith('HTTP/1.1 101')) throw new Error(String(answer));
    wire.came = [];
    wire.socket.on('data', (bytes) => wire.came.push(bytes));
    return wire;
  }

  /** Comes in, as somebody with a name, and waits to be welcomed. */
  async join(name = 'Stranger') {
    await this.write(frame(TEXT, JSON.stringify({ t: 'join', name, key: null })));
    while (!Buffer.concat(this.came).includes('"welcome"'))
      await Promise.race([new Promise((resolve) => this.socket.once('data', resolve)), this.ended]);
  }

  /** @returns {Promise<boolean>} whether all was taken by the kernel; false when the server has closed */
  write(bytes) {
    return new Promise((resolve) => this.socket.write(bytes, (error) => resolve(!error)));
  }

  /** The code of the server's close frame, once the connection has ended; 1005 when it says none, 1006 without one. */
  async code() {
    await this.ended;
    const bytes = Buffer.concat(this.came);
    for (let at = 0; at + 2 <= bytes.length;) {
      const short = bytes[at + 1];
      const head = short === 127 ? 10 : short === 126 ? 4 : 2;
      const length = short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
      if ((bytes[at] & 15) === CLOSE) return length ? bytes.readUInt16BE(at + head) : 1005;
      at += head + length;
    }
    return 1006;
  }

  destroy() {
    this.socket.destroy();
  }
}
