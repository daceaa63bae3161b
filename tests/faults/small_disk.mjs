// A small file system of its own in memory, that can be filled to the last byte.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Puts one of so many MB at `folder`. @returns {string | null} why it cannot */
export function mount(folder, megabytes) {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'treteau-test', folder], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no file system of its own: ${String(error.stderr).trim()}`;
  }
}

export const unmount = (folder) => execFileSync('umount', [folder]);
const filler = (folder) => path.join(folder, 'filler');

export function fill(folder) {
  const file = openSync(filler(folder), 'a');
  try {
    for (let size = 1 << 20; size >= 1; size = size >> 1)
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        assert.equal(error.code, 'ENOSPC');
      }
  } finally {
    closeSync(file);
  }
}

export const empty = (folder) => unlinkSync(filler(folder));
