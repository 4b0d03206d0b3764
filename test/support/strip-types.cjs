// Jest's transform: Node itself strips the types, as it does when it runs the sources.
const { createHash } = require('node:crypto');
const { stripTypeScriptTypes } = require('node:module');

module.exports = {
  getCacheKey: (source, file) => createHash('sha1').update(`${process.version}\0${file}\0${source}`).digest('hex'),
  // Without `sourceUrl`, which would empty the coverage.
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
};
