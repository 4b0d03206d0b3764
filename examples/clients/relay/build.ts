// node relay/build.ts: bundles main.ts to main.js. What is done here with Relay's texts, babel-plugin-relay does for other bundlers.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build, type Plugin } from 'esbuild';

const relay: Plugin = {
  name: 'relay',
  setup({ onLoad }) {
    onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
      const imports: string[] = [];
      const text = readFileSync(path, 'utf8').replaceAll(/graphql`\s*\w+ (\w+)[^`]*`/g, (_text, name: string) => {
        imports.push(`import ${name} from './__generated__/${name}.graphql';`);
        return name;
      });
      return { contents: [text, ...imports].join('\n'), loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

const entryPoint = new URL('main.ts', import.meta.url).pathname;
await build({
  entryPoints: [entryPoint],
  outfile: entryPoint.replace(basename(entryPoint), 'main.js'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  plugins: [relay],
});
