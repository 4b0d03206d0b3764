import { expect, test } from '@jest/globals';
import { assertNotLater, readVersion, setVersion } from './versions.ts';

const TEXT = '{\n  "name": "a",\n  "version": "0.1.0",\n  "dependencies": {\n    "version": "9.9.9"\n  }\n}\n';

test('reads the version of the package, not of a dependency', () => {
  expect(readVersion(TEXT)).toBe('0.1.0');
});

test('sets the version and nothing else', () => {
  expect(setVersion(TEXT, '1.0.0')).toBe(TEXT.replace('0.1.0', '1.0.0'));
});

test('rejects a package without a version', () => {
  expect(() => setVersion('{}', '1.0.0')).toThrow('has no version');
});

test('rejects a file with a later version', () => {
  expect(() => {
    assertNotLater('0.3.0', '0.2.9', 'a.json');
  }).toThrow('a.json has the version 0.3.0, which is later than 0.2.9');
  for (const present of ['0.2.9', '0.2.8'])
    expect(() => {
      assertNotLater(present, '0.2.9', 'a.json');
    }).not.toThrow();
});
