import { writeSync } from 'node:fs';
import { openDiskFile } from '../../src/cache/disk-file.ts';

// A process that writes entries until it is killed, and reports each transaction. A value is its key, many times.
const [, , path = '', first = '0'] = process.argv;
const { database, movedTo } = openDiskFile(path, 33_554_432);
const now = Date.now();
report(`opened ${movedTo ?? 'as it was'}`);
for (let transaction = Number(first); ; transaction++) {
  const keys = Array.from({ length: 50 }, (_, index) => `key ${(transaction * 50 + index) % 5000}`);
  const times = { fetchedAt: now + transaction, freshUntil: now + 86_400_000, expiresAt: now + 86_400_000 };
  database.write(
    keys.map((key) => ({ key, entry: { value: key.repeat(300), ...times } })),
    now,
  );
  if (transaction % 10 === 0) database.tidy(now);
  report('written');
}

/** Before the next transaction: this process never returns to its event loop. */
function report(line: string): void {
  writeSync(1, `${line}\n`);
}
