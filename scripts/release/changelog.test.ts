import { describe, expect, test } from '@jest/globals';
import { nextVersion, releaseChangelog } from './changelog.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- Teams.

## [0.1.0] - 2026-12-01

- The first version.
`;

describe('releaseChangelog', () => {
  test('moves the unreleased notes under the version and leaves an empty "[Unreleased]" above it', () => {
    expect(releaseChangelog(CHANGELOG, '0.2.0', '2027-01-15')).toBe(`# Changelog

## [Unreleased]

## [0.2.0] - 2027-01-15

### Added

- Teams.

## [0.1.0] - 2026-12-01

- The first version.
`);
  });

  test('rejects a changelog without unreleased notes', () => {
    expect(() => releaseChangelog(releaseChangelog(CHANGELOG, '0.2.0', '2027-01-15'), '0.3.0', '2027-01-16')).toThrow(
      'nothing under "## [Unreleased]"',
    );
    expect(() => releaseChangelog('## [Unreleased]\n\n### Added\n', '0.3.0', '2027-01-16')).toThrow('nothing under');
  });

  test.each(['# Changelog\n', `${CHANGELOG}\n## [Unreleased]\n`])(
    'rejects a changelog without exactly one "[Unreleased]"',
    (text) => {
      expect(() => releaseChangelog(text, '0.2.0', '2027-01-15')).toThrow('exactly one line');
    },
  );
});

describe('nextVersion', () => {
  test.each([
    ['0.1.0', 'patch', '0.1.1'],
    ['0.1.3', 'minor', '0.2.0'],
    ['0.9.3', 'major', '1.0.0'],
    ['0.1.0', '0.1.0', '0.1.0'],
    ['0.9.0', '0.10.0', '0.10.0'],
  ])('returns, after %s, for %s: %s', (current, wanted, expected) => {
    expect(nextVersion(current, wanted)).toBe(expected);
  });

  test.each(['0.0.9', '1.2', 'latest', '1.2.3-rc.1', ''])('rejects "%s" after 0.1.0', (wanted) => {
    expect(() => nextVersion('0.1.0', wanted)).toThrow();
  });
});
