import { stat } from 'node:fs/promises';

/** Returns a text that changes with the file; a file that is replaced has another inode. */
export async function readFileVersion(file: string): Promise<string> {
  try {
    const { mtimeMs, size, dev, ino } = await stat(file);
    return [mtimeMs, size, dev, ino].join();
  } catch {
    return 'missing';
  }
}
