/** What is left to do by hand after a release. It names no registry and no host: these are the publisher's. */
export function formatNextSteps(version: string): string {
  const image = `switchboard:${version}`;
  return `Next, after a last look at \`git show v${version}\`:

  git push --follow-tags
  docker build --tag ${image} \\
    --label org.opencontainers.image.version=${version} \\
    --label org.opencontainers.image.revision=$(git rev-parse v${version}^{commit}) .
  npm sbom --omit dev --sbom-format cyclonedx > switchboard-${version}.cdx.json
  npm pack                                         # switchboard-${version}.tgz: the command, for machines without containers
  npm run check:client && npm pack ./packages/client

To undo it before it is pushed: git tag --delete v${version} && git reset --hard HEAD~1`;
}
