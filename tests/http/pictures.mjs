// Small pictures made here, byte by byte: PNG of any size, and what hides behind or claims to be a picture.
import { crc32, deflateSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';

const crcTable = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
/** @param {Buffer} bytes */
function crc(bytes) {
  if (crc32) return crc32(bytes);
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

export function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4), sum = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * A PNG of one colour (RGBA). `claims` is what its header says when that is a lie; `more` are chunks before the data.
 * @param {{width?: number, height?: number, colour?: number[], claims?: [number, number], more?: Buffer[]}} [options]
 */
export function png({ width = 60, height = 40, colour = [30, 140, 60, 255], claims, more = [] } = {}) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(claims?.[0] ?? width, 0);
  header.writeUInt32BE(claims?.[1] ?? height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, () => Buffer.from(colour))]);
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), ...more, chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** A JPEG by ffmpeg, which the server needs anyway; with EXIF that says how it was held, and a place (GPS) as a text. */
export function jpeg({ width = 64, height = 32, orientation = 1, secret = 'N 45.5 E 0.1' } = {}) {
  const plain = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `color=red:size=${width}x${height}`, '-frames:v', '1',
    '-f', 'mjpeg', '-'], { maxBuffer: 1 << 24 });
  const tiff = Buffer.alloc(26);
  tiff.write('II*\0', 0, 'latin1');
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  tiff.writeUInt16LE(0x0112, 10);
  tiff.writeUInt16LE(3, 12);
  tiff.writeUInt32LE(1, 14);
  tiff.writeUInt16LE(orientation, 18);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, Buffer.from(secret)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([plain.subarray(0, 2), head, body, plain.subarray(2)]);
}

/** Width and height of a PNG or a JPEG, from its own bytes. */
export function size_of(bytes) {
  if (bytes.subarray(1, 4).toString('latin1') === 'PNG') return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  for (let at = 2; at < bytes.length;) {
    const marker = bytes[at + 1], length = bytes.readUInt16BE(at + 2);
    if (marker >= 0xc0 && marker <= 0xc2) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    at += 2 + length;
  }
  throw new Error('no size');
}
